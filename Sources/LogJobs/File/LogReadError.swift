/// Why bytes of the log could not be read back.
package enum LogReadError: Error, Sendable {
    /// The operating system refused a call.
    case inputOutput(SystemCallError)
    /// What stands there does not verify, or is not what was looked for.
    case damaged(file: String, offset: UInt64, reason: String)
}
