/// Why a store folder could not be opened or read.
///
/// Branch on ``code``; show ``message``, which names the operation, its object, the reason and the
/// remedy. Nothing on the disk was changed, unless the code says otherwise.
public struct LogStoreError: Error, Sendable {
    /// What to branch on.
    public var code: Code
    /// Operation, object, reason and remedy, in words for people.
    public var message: String
    /// The name of the file that is to blame, if it is one.
    public var file: String?
    /// Where in the file it begins, if it is a place.
    public var offset: UInt64?
    /// The error underneath, if there is one.
    public var cause: (any Error)?

    /// The kinds of failure; more may come.
    @nonexhaustive
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// There is no store at that path.
        case notFound
        /// Another open has the store; the message says which process.
        case locked
        /// The folder or file belongs to something else.
        case notOurs
        /// A newer version of this library wrote the store.
        case tooNew
        /// Bytes that had been made durable no longer verify.
        case corruption
        /// A segment that the manifest names is not there, or shorter than it was.
        case missingSegment
        /// A reader looked for a segment that the store's writer has retired since it was opened.
        case retired
        /// A moment was asked for of which too little is kept to tell the state.
        case unknownPast
        /// There are segments with events, and no manifest that names them.
        case manifestMissing
        /// The operating system refused a call: permissions, a media error.
        case inputOutput
        /// There is no room, and none was kept back for it.
        case storageFull
    }

    /// Makes an error.
    public init(
        _ code: Code,
        _ message: String,
        file: String? = nil,
        offset: UInt64? = nil,
        cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.file = file
        self.offset = offset
        self.cause = cause
    }
}

extension LogStoreError: CustomStringConvertible {
    /// Code, message and cause in one line.
    public var description: String {
        let text = "\(code.rawValue): \(message)"
        return cause.map { "\(text) (cause: \($0))" } ?? text
    }
}
