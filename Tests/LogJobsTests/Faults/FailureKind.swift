import LogJobsTesting

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// How a call of the file system fails.
///
/// Interrupted calls and short writes are none of them: the file system deals with both itself.
struct FailureKind: Sendable, Hashable, CustomStringConvertible {
    var description: String
    var errorNumber: Int32
    var lasts = false
    var effect = FaultPlan.Fault.Effect.none

    /// The device fails a call; of a sync it has lost what that was for.
    static let failing = FailureKind(description: "fails", errorNumber: EIO)
    static let failingOn = FailureKind(
        description: "fails, and all after it",
        errorNumber: EIO,
        lasts: true
    )
    static let halfDone = FailureKind(
        description: "is half done",
        errorNumber: EIO,
        effect: .half
    )
    static let unanswered = FailureKind(
        description: "is done and fails",
        errorNumber: EIO,
        effect: .whole
    )
    static let full = FailureKind(description: "finds no space", errorNumber: ENOSPC)
    static let fullOn = FailureKind(
        description: "finds no space, nor does any after it",
        errorNumber: ENOSPC,
        lasts: true
    )
    static let fullHalfway = FailureKind(
        description: "finds no space halfway",
        errorNumber: ENOSPC,
        effect: .half
    )

    /// Those that come to something different for a call.
    static func kinds(of call: SimulatedCall) -> [FailureKind] {
        switch call {
        case .close, .dropCache, .punch:
            [failing]
        case .names, .statusOfPath, .statusOfHandle, .read, .lock:
            [failing, failingOn]
        case .write:
            [failing, failingOn, halfDone, unanswered, full, fullOn, fullHalfway]
        case .open:
            [failing, failingOn, full, fullOn]
        case .makeFolder, .allocate, .truncate, .sync, .syncFolder, .rename, .link,
            .remove, .removeFolder:
            [failing, failingOn, unanswered, full, fullOn]
        }
    }

    func plan(atCall number: Int) -> FaultPlan {
        .fail(call: number, with: errorNumber, lasting: lasts, effect: effect)
    }

    func strikes(_ number: Int, from first: Int) -> Bool {
        number == first || lasts && number > first
    }
}
