package import LazyJobs

/// What the ledger keeps of every job, beside the rare things that stand in side tables.
struct JobRow: Sendable {
    var id: JobID
    var runAt: Timestamp
    var createdAt: Timestamp
    var updatedAt: Timestamp
    /// The event that holds the payload.
    var payloadSequence: SequenceNumber
    /// The event of the last real transition; while the job runs, the one that claimed it.
    var lastTransition: SequenceNumber
    var kind: Interner.Token
    var queue: Interner.Token
    /// Who runs it or ran it last, if anybody did.
    var worker = Interner.none
    var version: UInt32
    var attempt: UInt32
    var maxAttempts: UInt32
    /// The weight of the event that holds the payload.
    var recordWeight: UInt32 = 0
    var priority: JobPriority
    var state: JobState
    private(set) var flags = Flags()

    /// Four answers in one byte: with a byte for each, a row would have eight more.
    struct Flags: OptionSet, Sendable {
        let rawValue: UInt8

        static let isReady = Flags(rawValue: 1)
        static let hasTraits = Flags(rawValue: 2)
        static let hasError = Flags(rawValue: 4)
        static let hasOutput = Flags(rawValue: 8)
    }

    /// For a job that waits: whether it has been seen to be due, which it then stays.
    var isReady: Bool {
        get { flags.contains(.isReady) }
        set { set(.isReady, newValue) }
    }

    var hasTraits: Bool {
        get { flags.contains(.hasTraits) }
        set { set(.hasTraits, newValue) }
    }

    var hasError: Bool {
        get { flags.contains(.hasError) }
        set { set(.hasError, newValue) }
    }

    var hasOutput: Bool {
        get { flags.contains(.hasOutput) }
        set { set(.hasOutput, newValue) }
    }

    private mutating func set(_ flag: Flags, _ isSet: Bool) {
        if isSet { flags.insert(flag) } else { flags.remove(flag) }
    }

    func readyEntry(_ slot: Slot) -> JobHeap.Entry {
        JobHeap.Entry(rank: -Int16(priority.rawValue), time: runAt, id: id, slot: slot)
    }

    func dueEntry(_ slot: Slot) -> JobHeap.Entry {
        JobHeap.Entry(time: runAt, id: id, slot: slot)
    }

    func endedEntry(_ slot: Slot) -> JobHeap.Entry {
        JobHeap.Entry(time: updatedAt, id: id, slot: slot)
    }
}

/// What few jobs say of themselves when they are enqueued; it never changes.
package struct JobTraits: Sendable, Hashable {
    package var timeout: Duration?
    package var uniqueKey: String?
    package var concurrencyKey: String?
    package var idempotencyKey: String?
    package var scheduleKey: String?
    package var tags: [String] = []
    package var metadata: [String: String] = [:]
    package var waitsFor: [JobID] = []

    package init() {}

    init(_ job: NewJob) {
        timeout = job.timeout
        uniqueKey = job.uniqueKey
        concurrencyKey = job.concurrencyKey
        idempotencyKey = job.idempotencyKey
        scheduleKey = job.scheduleKey
        tags = job.tags
        metadata = job.metadata
        waitsFor = job.waitsFor
    }
}

extension NewJob {
    /// What it says of itself that few do, if it does.
    var traits: JobTraits? { isPlain ? nil : JobTraits(self) }
}
