/// The decisions of a runner: which job may start, what is recorded, when to wake, when to end.
///
/// A pure state machine. Its methods are what has happened, with the uptime at which it happened;
/// they leave *orders*, *effects* and *announcements* to be carried out by ``JobRunner``:
///
/// - an order makes or cancels a task. Orders are noted under the runner's lock, in the order in
///   which they were decided. Right behind it tasks are made, and others cancelled, each by a
///   thread that waits for no other;
/// - an effect calls a backend or a job type. Effects are carried out outside the lock, by whoever
///   reported what has happened, so at the same time as others;
/// - an announcement tells an observer or a waiting caller. Announcements are made outside the
///   lock too, but one after the other, in the order in which they were decided.
///
/// Invariants:
///
/// - At most `workers` attempts occupy a worker, or are asked for by the claims under way.
/// - Every claimed job ends in exactly one completion, unless its lease has ended (revoked) or the
///   runner fails.
/// - `armed` is the deadline of the timer, and never later than the next moment at which
///   something must happen.
/// - Everything but an abandoned task has come to its end before the pool is closing.
struct WorkerPool: Sendable {
    /// Names one attempt; the next attempt of the same job has another.
    typealias Token = UInt64

    /// What never changes.
    struct Settings: Sendable {
        var workers: Int
        var pollInterval: Duration
        var cancellationGracePeriod: Duration
        var hasSchedules: Bool
    }

    /// Where the runner stands.
    enum Phase: Sendable, Equatable {
        /// Not started. Becomes working or closing.
        case idle
        /// Claims and works. Becomes draining or failing.
        case working
        /// Was told to stop; claims nothing, lets jobs run on until the grace period is over.
        /// Becomes interrupting, failing or closing.
        case draining(until: Duration)
        /// Has cancelled what still ran, and retries what is not yet recorded until a last
        /// moment. Becomes failing or closing.
        case interrupting(until: Duration)
        /// The store is of no more use; nothing can be recorded. Becomes closing.
        case failing
        /// The store is being closed. Becomes ended.
        case closing
        /// Final.
        case ended
    }

    /// What makes or cancels a task.
    enum Order: Sendable, Equatable {
        /// Run an attempt in a task of its own.
        case start(Token, ClaimedJob)
        /// Cancel the task of an attempt.
        case cancel(Token)
        /// The task of an attempt has returned, and nothing more is to be known of it.
        case forget(Token)
        /// Set the one timer, in place of what it was set to.
        case wake(at: Duration)
    }

    /// What calls others.
    enum Effect: Sendable {
        case claim(ClaimsUnderway.Claim)
        case runSchedules
        /// Work out what is to be recorded, then report ``WorkerPool/judged(_:_:at:)``.
        case judge(Token, Verdict)
        case finish([Completion])
        case close
    }

    /// What others are told, in this order.
    enum Announcement: Sendable {
        case event(RunnerEvent)
        /// Nothing is claimable and nothing runs, for those who waited up to this number.
        case becameIdle(through: Int)
        /// The last one.
        case ended
    }

    /// How the pool sees the end of an attempt.
    enum Verdict: Sendable, Equatable {
        /// As the job ended it.
        case ownEnd
        /// As failed: its time was up before.
        case timedOut
        /// As interrupted, unless the job still came to a clean end: the runner stops.
        case interrupted
    }

    let settings: Settings
    var phase = Phase.idle
    /// What ended the runner against its will.
    var failure: BackendError?

    var attempts: [Token: Attempt] = [:]
    var lastToken: Token = 0
    /// How many attempts occupy a worker.
    var busyCount = 0
    /// How many attempts were given up while their tasks go on.
    var abandonedCount = 0
    /// No attempt has a deadline before this one.
    var attemptDeadline: Duration?

    var claims = Call()
    var schedules = Call()
    var pollAt: Duration?
    var claimsUnderway = ClaimsUnderway()
    /// Whether the last claim got all that it had asked for: then there is likely more.
    var isAbundant = false

    /// Outcomes to be handed over, oldest first.
    var waiting: [Completion] = []
    /// How many outcomes are handed over and not yet answered.
    var recordingCount = 0
    var finishCallCount = 0
    var finishBackoff = Backoff()

    /// The last of those who wait until it is idle; `nil` if nobody does.
    var idleWaiter: Int?
    /// What the timer is set to.
    var armed: Duration?
    var orders: [Order] = []
    var effects: [Effect] = []
    var announcements: [Announcement] = []

    init(settings: Settings) {
        self.settings = settings
    }

    /// Takes what is to be noted under the lock.
    mutating func takeOrders() -> [Order] {
        defer { orders.removeAll() }
        return orders
    }

    /// Takes what is to be carried out outside the lock.
    mutating func takeEffects() -> [Effect] {
        defer { effects.removeAll() }
        return effects
    }

    /// Takes what is to be told, one after the other, outside the lock.
    mutating func takeAnnouncements() -> [Announcement] {
        defer { announcements.removeAll() }
        return announcements
    }

    /// Tells an event after all that was decided before; nothing is told after the end.
    mutating func announce(_ event: RunnerEvent) {
        guard phase != .ended else { return }
        announcements.append(.event(event))
    }

    /// Decides what follows from the state as it now is; the last step of everything that happens.
    mutating func proceed(_ now: Duration) {
        startFinish(now)
        startClaim(now)
        startSchedules(now)
        reportIdle()
        closeIfSettled()
        arm(now)
    }
}

extension WorkerPool {
    /// One kind of call.
    struct Call: Sendable {
        /// Something has happened since the last call began that may change its answer.
        var isWanted = false
        var isUnderway = false
        /// When the next call will have something to answer, as far as is known.
        var dueAt: Duration?
        var backoff = Backoff()

        func mayStart(_ now: Duration) -> Bool {
            isWanted && !isUnderway && backoff.deadline(now) == nil
        }

        /// The next moment at which the call may, or must, be made.
        func deadline(_ now: Duration) -> Duration? {
            isUnderway ? nil : isWanted ? backoff.deadline(now) : dueAt
        }
    }

    /// The wait after passing faults of a store: 50 ms, doubling up to five seconds.
    struct Backoff: Sendable {
        private var until: Duration?
        private var count = 0
        private static let policy = RetryPolicy(first: .milliseconds(50), longest: .seconds(5))

        /// When the wait ends; `nil` when it is over.
        func deadline(_ now: Duration) -> Duration? {
            until.flatMap { now < $0 ? $0 : nil }
        }

        mutating func extend(_ now: Duration) {
            count += 1
            until = now + Self.policy.delay(attempt: count)
        }

        mutating func reset() {
            until = nil
            count = 0
        }
    }
}
