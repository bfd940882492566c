/// Why bytes are not what this version of the library writes.
package enum FormatError: Error, Hashable, Sendable {
    /// They begin as no file of ours does.
    case notOurs
    /// A newer version wrote them; says which.
    case tooNew(String)
    /// They do not verify; says what, and never shows a payload.
    case damaged(String)
}

extension FormatError: CustomStringConvertible {
    /// The reason, in words that may stand within a sentence.
    package var description: String {
        switch self {
        case .notOurs: "it does not begin as a file of this library"
        case .tooNew(let what): what
        case .damaged(let what): what
        }
    }
}
