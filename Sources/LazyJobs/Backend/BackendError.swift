/// Why a backend did not do what it was asked.
///
/// Branch on ``code``; show ``message``, which names the operation, its object, the reason and the
/// remedy; look at ``cause`` to debug. No payload is ever in any of them.
public struct BackendError: Error, Sendable {
    /// What to branch on.
    public var code: Code
    /// Operation, object, reason and remedy, in words for people.
    public var message: String
    /// The error underneath, if there is one.
    public var cause: (any Error)?

    /// The kinds of failure; more may come.
    @nonexhaustive
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// The request goes past a limit or contradicts itself. Nothing happened.
        case invalidRequest
        /// No job or schedule has that name. Nothing happened.
        case notFound
        /// The lease is not the job's current one: it was finished, cancelled or rescued since.
        /// Nothing happened.
        case staleLease
        /// The job is in a state that does not allow this. Nothing happened.
        case invalidState
        /// The backend cannot do this at all; see ``Backend/abilities``. Nothing happened.
        case unsupported
        /// There is no room. Nothing happened; what runs can still finish.
        case storageFull
        /// A passing fault. Nothing happened; the same call may succeed later.
        case unavailable
        /// It may have happened or not; only the store knows, once it has been opened again. Ask
        /// with an idempotency key.
        case outcomeUnknown
        /// An earlier failure made the store unusable until it is opened again. Nothing happened.
        case poisoned
        /// The backend was closed. Nothing happened.
        case closed
        /// Stored bytes do not verify. Nothing was changed.
        case corruption
    }

    /// Makes an error.
    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// Whether the same call may succeed when tried again after a while.
    public var isTransient: Bool {
        code == .unavailable || code == .storageFull
    }
}

extension BackendError: CustomStringConvertible {
    /// Code, message and cause in one line.
    public var description: String {
        let text = "\(code.rawValue): \(message)"
        return cause.map { "\(text) (cause: \($0))" } ?? text
    }
}
