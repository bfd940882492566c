/// The numbers of the kinds of event; they never change.
enum EventKind: UInt8, CaseIterable {
    case enqueued = 1
    case claimed = 2
    case succeeded = 3
    case retried = 4
    case discarded = 5
    case cancelled = 6
    case snoozed = 7
    case interrupted = 8
    case rescued = 9
    case pruned = 10
    case carried = 11
    case requeued = 12
    case scheduleSet = 32
    case scheduleAdvanced = 33
    case scheduleRemoved = 34
    case queuePaused = 48
    case queueResumed = 49
    case storeOpened = 64
    case storeClosed = 65

    /// Whether such an event is about one job.
    var isTransition: Bool { rawValue < EventKind.scheduleSet.rawValue }
}
