/// Why bytes of the log could not be read back.
package enum LogReadError: Error, Sendable, CustomStringConvertible {
    /// The operating system refused a call.
    case inputOutput(SystemCallError)
    /// What stands there does not verify, or is not what was looked for.
    case damaged(file: String, offset: UInt64, reason: String)

    /// The reason, for people who know the file.
    package var description: String {
        switch self {
        case .inputOutput(let call): "\(call)"
        case .damaged(_, let offset, let reason): "damaged at byte \(offset): \(reason)"
        }
    }
}
