import Dispatch
import Foundation
import Synchronization

/// What a thread keeps, and changes for those who call.
protocol CallTarget: SendableMetatype {
    /// Keeps what `body` changes, all or nothing.
    mutating func commit<Answer>(_ body: (inout Self) throws -> Answer) throws -> Answer
}

/// A thread that has a target to itself, and answers those who call it from tasks.
///
/// Each call is a commit, or, where calls are grouped, all calls are that have come while the one
/// before was under way. As the store does, the thread then waits a moment for the callers that it
/// has just answered.
final class CallThread<Target: CallTarget>: Sendable {
    private let calls = Mutex(Calls())
    /// How many calls wait, and one more when it is closed: to be looked at without the lock.
    private let waitingCount = Atomic(0)
    private let arrival = DispatchSemaphore(value: 0)
    private let end = DispatchSemaphore(value: 0)

    init(_ name: String, _ target: sending Target, groups: Bool) {
        let box = Mutex<Target?>(target)
        let thread = Thread { [self] in
            guard var target = box.withLock({ $0.take() }) else { return }
            var answeredCount = 0
            while work(on: &target, groups: groups, &answeredCount) {}
            end.signal()
        }
        thread.name = name
        thread.start()
    }

    /// Returns when what `body` has changed is committed.
    func call<Answer: Sendable>(
        _ body: @escaping @Sendable (inout Target) throws -> Answer
    ) async throws -> Answer {
        // SAFETY: each call is answered once. Without the check, as the store does it.
        try await unsafe withUnsafeThrowingContinuation { continuation in
            let call = Call(
                perform: { target in
                    let answer = try body(&target)
                    return { unsafe continuation.resume(returning: answer) }
                },
                fail: { unsafe continuation.resume(throwing: $0) }
            )
            change { $0.waiting.append(call) }
        }
    }

    /// Returns when all calls are answered and the thread has ended.
    func close() {
        change { $0.isClosed = true }
        end.wait()
    }

    private struct Calls {
        var waiting: [Call] = []
        var isClosed = false
        var isAsleep = false
    }

    /// What is to be done, and how the caller learns of it once it is committed.
    private struct Call {
        var perform: @Sendable (inout Target) throws -> @Sendable () -> Void
        var fail: @Sendable (any Error) -> Void
    }

    /// Adds a call, or the end of all, and wakes the thread if it sleeps.
    private func change(_ body: (inout Calls) -> Void) {
        let isAsleep = calls.withLock { calls in
            body(&calls)
            defer { calls.isAsleep = false }
            return calls.isAsleep
        }
        waitingCount.add(1, ordering: .relaxed)
        if isAsleep { arrival.signal() }
    }

    private func work(on target: inout Target, groups: Bool, _ answeredCount: inout Int) -> Bool {
        awaitCalls(groups ? answeredCount : 1)
        let (waiting, isClosed) = calls.withLock { calls in
            defer { calls.waiting = [] }
            return (calls.waiting, calls.isClosed)
        }
        for group in groups ? [waiting] : waiting.map({ [$0] }) where !group.isEmpty {
            do {
                let answers = try target.commit { target in
                    try group.map { try $0.perform(&target) }
                }
                for answer in answers { answer() }
            } catch {
                for call in group { call.fail(error) }
            }
        }
        waitingCount.subtract(waiting.count, ordering: .relaxed)
        answeredCount = waiting.count
        return !isClosed || !waiting.isEmpty
    }

    /// Returns when there are so many calls, or at least one and nobody else seems to come.
    private func awaitCalls(_ count: Int) {
        let end = ContinuousClock.now + Self.lookMax
        // One caller comes sooner to a thread that sleeps.
        while count > 1, waitingCount.load(ordering: .relaxed) < count, .now < end {
            sched_yield()
        }
        let isAsleep = calls.withLock { calls in
            calls.isAsleep = calls.waiting.isEmpty && !calls.isClosed
            return calls.isAsleep
        }
        if isAsleep { arrival.wait() }
    }

    /// How long the store looks for callers that it has answered.
    private static var lookMax: Duration { .microseconds(100) }
}
