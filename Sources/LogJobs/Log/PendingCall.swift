import JobLedger
import LazyJobs
import Synchronization

/// A call that waits for its answer; by itself it asks for nothing.
///
/// Its kinds are classes that know their types, since this is the path of every call: generic code
/// looks its types up each time, which costs 0.3 µs. For the same reason the continuation is an
/// unchecked one; it is resumed once, or the process ends.
// SAFETY: what the writer leaves (`failure`, and what `plan` leaves) is written before `state` says
// that the call is answered, and read by its caller after. What the caller leaves (`waiter`,
// `watch`) is written before `state` says that it has suspended, and read by the writer after; if
// the answer was first, by the caller itself. So no two threads touch one of them at the same time.
@safe
class PendingCall: StoreCall, @unchecked Sendable {
    /// Who comes first: the answer, or its caller that suspends until it comes.
    private enum State: UInt8, AtomicRepresentable {
        case underway, suspended, answered
    }

    private let state = Atomic(State.underway)
    private var failure: BackendError?
    private var waiter: UnsafeContinuation<BackendError?, Never>?
    private var watch: AnswerWatch?

    func needs(_ ledger: inout JobLedger) -> LogCommand.Needs { .none }

    func plan(_ ledger: inout JobLedger, at now: Timestamp, into events: inout [JobEvent]) {}

    final func answer(_ failure: BackendError?) {
        self.failure = failure
        switch state.exchange(.answered, ordering: .acquiringAndReleasing) {
        case .underway: break
        case .suspended: resume()
        case .answered: preconditionFailure("a call is answered twice")
        }
    }

    /// Waits for the answer, once the call is handed over; only its caller does, and once.
    ///
    /// - Parameters:
    ///   - watch: Who may look before it suspends; nobody if `nil`.
    ///   - looks: Whether the answer may come soon.
    /// - Returns: What came between.
    final func outcome(_ watch: AnswerWatch? = nil, looks: Bool = false) async -> BackendError? {
        if looks, let watch, watch.begins() {
            let isAnswered = BusyWait.wait(atMost: AnswerWatch.lookMax) {
                state.load(ordering: .acquiring) == .answered
            }
            watch.ends(hasPaid: isAnswered)
            if isAnswered { return failure }
        }
        let failure = await unsafe withUnsafeContinuation { continuation in
            unsafe waiter = continuation
            self.watch = watch
            let (isSuspended, _) = state.compareExchange(
                expected: .underway,
                desired: .suspended,
                ordering: .acquiringAndReleasing
            )
            if !isSuspended { resume() }
        }
        watch?.goesOn()
        return failure
    }

    private func resume() {
        guard let waiter = unsafe waiter else { preconditionFailure("nobody waits for an answer") }
        watch?.resumes()
        unsafe waiter.resume(returning: failure)
    }

    /// What came out, once the writer has answered.
    static func value<Answer>(
        of result: Result<Answer, BackendError>?
    ) throws(BackendError) -> Answer {
        guard let result else { preconditionFailure("a call is answered before it is planned") }
        return try result.get()
    }
}

/// Adds jobs, and remembers their payloads.
// SAFETY: as all of its kind.
final class EnqueueCall: PendingCall, @unchecked Sendable {
    private let jobs: [NewJob]
    private let bounds: LogCommand.Needs
    private let payloads: PayloadCache
    private var result: Result<EnqueuePlan, BackendError>?

    init(_ jobs: [NewJob], _ payloads: PayloadCache) {
        self.jobs = jobs
        self.payloads = payloads
        bounds = EventBounds.enqueued(jobs)
    }

    override func needs(_ ledger: inout JobLedger) -> LogCommand.Needs { bounds }

    override func plan(
        _ ledger: inout JobLedger,
        at now: Timestamp,
        into events: inout [JobEvent]
    ) {
        let first = ledger.lastSequence.next
        do throws(BackendError) {
            let plan = try ledger.enqueue(jobs, at: now, into: &events)
            payloads.add(plan.added(of: jobs), from: first)
            result = .success(plan)
        } catch {
            result = .failure(error)
        }
    }

    func answer() throws(BackendError) -> [EnqueueResult] {
        try Self.value(of: result).results(for: jobs)
    }
}

/// Takes jobs.
// SAFETY: as all of its kind.
final class ClaimCall: PendingCall, @unchecked Sendable {
    private let request: ClaimRequest
    private var result: Result<ClaimPlan, BackendError>?

    init(_ request: ClaimRequest) {
        self.request = request
    }

    override func needs(_ ledger: inout JobLedger) -> LogCommand.Needs {
        EventBounds.claimed(request.limit, of: ledger.waitingCount)
    }

    override func plan(
        _ ledger: inout JobLedger,
        at now: Timestamp,
        into events: inout [JobEvent]
    ) {
        do throws(BackendError) {
            result = .success(try ledger.claim(request, at: now, into: &events))
        } catch {
            result = .failure(error)
        }
    }

    func answer() throws(BackendError) -> ClaimPlan { try Self.value(of: result) }
}

/// Ends jobs.
// SAFETY: as all of its kind.
final class FinishCall: PendingCall, @unchecked Sendable {
    private let requests: [FinishRequest]
    private let bounds: LogCommand.Needs
    private var result: Result<[FinishResult], BackendError>?

    init(_ requests: [FinishRequest]) {
        self.requests = requests
        bounds = EventBounds.finished(requests)
    }

    override func needs(_ ledger: inout JobLedger) -> LogCommand.Needs { bounds }

    override func plan(
        _ ledger: inout JobLedger,
        at now: Timestamp,
        into events: inout [JobEvent]
    ) {
        do throws(BackendError) {
            result = .success(try ledger.finish(requests, at: now, into: &events))
        } catch {
            result = .failure(error)
        }
    }

    func answer() throws(BackendError) -> [FinishResult] { try Self.value(of: result) }
}

/// Does what a closure says: for all that is called less often.
// SAFETY: as all of its kind.
final class BodyCall<Answer: Sendable>: PendingCall, @unchecked Sendable {
    private let bounds: @Sendable (inout JobLedger) -> LogCommand.Needs
    private let body: LogEngine.Body<Answer>
    private var result: Result<Answer, BackendError>?

    init(
        needs: @escaping @Sendable (inout JobLedger) -> LogCommand.Needs,
        _ body: @escaping LogEngine.Body<Answer>
    ) {
        bounds = needs
        self.body = body
    }

    override func needs(_ ledger: inout JobLedger) -> LogCommand.Needs { bounds(&ledger) }

    override func plan(
        _ ledger: inout JobLedger,
        at now: Timestamp,
        into events: inout [JobEvent]
    ) {
        do throws(BackendError) {
            result = .success(try body(&ledger, now, &events))
        } catch {
            result = .failure(error)
        }
    }

    func answer() throws(BackendError) -> Answer { try Self.value(of: result) }
}
