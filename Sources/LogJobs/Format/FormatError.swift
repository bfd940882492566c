/// Why bytes are not what this version of the library writes.
package enum FormatError: Error, Hashable, Sendable {
    /// They begin as no file of ours does.
    case notOurs
    /// A newer version wrote them; says which.
    case tooNew(String)
    /// They do not verify; says what, and never shows a payload.
    case damaged(String)
}
