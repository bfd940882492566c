/// Why a runner did not do what it was asked, where the store had no part in it.
///
/// Branch on ``code``; show ``message``. What a store refuses is a ``BackendError`` instead.
public struct JobRunnerError: Error, Sendable, CustomStringConvertible {
    /// What to branch on.
    public var code: Code
    /// Operation, object, reason and remedy, in words for people; never a payload.
    public var message: String

    /// The kinds of failure; more may come.
    @nonexhaustive
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// A value of the configuration is out of its range or contradicts another.
        case invalidConfiguration
        /// A job type says something of itself that no store accepts.
        case invalidDefinition
        /// The kind, or one of the aliases, is registered already.
        case duplicateKind
        /// The options of a request contradict each other.
        case invalidOptions
        /// The arguments cannot be encoded.
        case encodingFailed
        /// The output goes past its limit.
        case outputTooLarge
        /// The runner has not been started, so it never becomes idle.
        case notRunning
        /// The runner has ended or is about to; a new one is needed.
        case stopped
    }

    /// Makes an error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Code and message in one line.
    public var description: String { "\(code.rawValue): \(message)" }
}
