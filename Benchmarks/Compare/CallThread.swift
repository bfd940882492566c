import Dispatch
import Foundation
import Synchronization

/// What a thread keeps, and changes for those who call.
protocol CallTarget: SendableMetatype {
    /// Keeps what `body` changes, all or nothing.
    ///
    /// Where groups take turns it returns when that of the commit before is kept.
    mutating func commit<Answer>(_ body: (inout Self) throws -> Answer) throws -> Answer

    /// Returns when that of the last commit is kept.
    mutating func finish() throws
}

extension CallTarget {
    mutating func finish() {}
}

/// What is one commit.
enum CallGrouping {
    /// Each call.
    case none
    /// All calls that have come while the commit before was under way.
    case all
    /// Half of them: callers are two groups, of which one is committed while the other comes
    /// again. Few are one group.
    case turns
}

/// A thread that has a target to itself, and answers those who call it from tasks.
///
/// Where calls are grouped, it waits a moment for the callers that it has just answered, as the
/// store does.
final class CallThread<Target: CallTarget>: Sendable {
    private let calls = Mutex(Calls())
    /// How many calls wait, and one more when it is closed: to be looked at without the lock.
    private let waitingCount = Atomic(0)
    private let arrival = DispatchSemaphore(value: 0)
    private let end = DispatchSemaphore(value: 0)

    init(_ name: String, _ target: sending Target, _ grouping: CallGrouping) {
        let box = Mutex<Target?>(target)
        let thread = Thread { [self] in
            guard var target = box.withLock({ $0.take() }) else { return }
            var progress = Progress()
            while work(on: &target, grouping, &progress) {}
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

    private struct Progress {
        /// How many callers may come again.
        var answeredCount = 0
        /// Who waits for the end of the last commit, where groups take turns.
        var underWay: [Call] = []
        var answers: [@Sendable () -> Void] = []
    }

    private func work(
        on target: inout Target,
        _ grouping: CallGrouping,
        _ progress: inout Progress
    ) -> Bool {
        awaitCalls(grouping == .none ? 1 : progress.answeredCount, progress)
        let (waiting, isClosed) = takeCalls(grouping, progress)
        waitingCount.subtract(waiting.count, ordering: .relaxed)
        switch grouping {
        case .none:
            for call in waiting { commit([call], to: &target, &progress, waits: true) }
        case .all:
            commit(waiting, to: &target, &progress, waits: true)
        case .turns:
            commit(waiting, to: &target, &progress, waits: waiting.isEmpty)
        }
        return !isClosed || !waiting.isEmpty
    }

    private func takeCalls(_ grouping: CallGrouping, _ progress: Progress) -> ([Call], Bool) {
        calls.withLock { calls in
            let count = calls.waiting.count
            let isFirst = grouping == .turns && progress.underWay.isEmpty
            let isHalved = isFirst && count >= Self.halvedMin
            let taken = Array(calls.waiting.prefix(isHalved ? count / 2 : count))
            calls.waiting.removeFirst(taken.count)
            return (taken, calls.isClosed)
        }
    }

    /// Commits a group, and answers those whose commit has ended.
    private func commit(
        _ group: [Call],
        to target: inout Target,
        _ progress: inout Progress,
        waits: Bool
    ) {
        do {
            var answers: [@Sendable () -> Void] = []
            if !group.isEmpty {
                answers = try target.commit { target in
                    try group.map { try $0.perform(&target) }
                }
            }
            if waits {
                try target.finish()
                progress.answers += answers
                answers = []
            }
            for answer in progress.answers { answer() }
            progress.answeredCount = progress.answers.count
            progress.answers = answers
            progress.underWay = answers.isEmpty ? [] : group
        } catch {
            for call in progress.underWay + group { call.fail(error) }
            progress = Progress()
        }
    }

    /// Returns when there are so many calls, or at least one and nobody else seems to come; or,
    /// while a commit is under way, none.
    private func awaitCalls(_ count: Int, _ progress: Progress) {
        let end = ContinuousClock.now + Self.lookMax
        // One caller comes sooner to a thread that sleeps.
        while count > 1, waitingCount.load(ordering: .relaxed) < count, .now < end {
            sched_yield()
        }
        let isAsleep = calls.withLock { calls in
            calls.isAsleep =
                calls.waiting.isEmpty && progress.underWay.isEmpty && !calls.isClosed
            return calls.isAsleep
        }
        if isAsleep { arrival.wait() }
    }

    /// Fewer are one group: half of them would have less work than a sync takes.
    private static var halvedMin: Int { 32 }

    /// How long the store looks for callers that it has answered.
    private static var lookMax: Duration { .microseconds(100) }
}
