import Foundation
import LazyJobs

/// The contract in its plainest form.
///
/// Its records stand in a dictionary, and every question is answered by looking at all of them.
/// Random programs run on it beside the store under test.
struct ModelStore {
    /// Every job that is in the store.
    private(set) var records: [JobID: JobRecord] = [:]
    /// The queues that nothing is claimed from.
    var pausedQueues: Set<String> = []

    /// All records, the oldest job first.
    var sorted: [JobRecord] { records.values.sorted { $0.id < $1.id } }

    mutating func insert(_ record: JobRecord) {
        records[record.id] = record
    }

    /// The jobs in a state, the oldest first.
    func jobs(in state: JobState) -> [JobRecord] {
        sorted.filter { $0.state == state }
    }

    /// The earliest time that a job of the store waits for.
    func nextDue(after now: Date) -> Date? {
        records.values.filter { $0.state.isWaiting && $0.runAt > now }.map(\.runAt).min()
    }

    /// The earliest time at which something can be claimed from queues: `nil` means all.
    func nextDue(after now: Date, queues: [String]?) -> Date? {
        records.values
            .filter { $0.state.isWaiting && $0.runAt > now }
            .filter { !pausedQueues.contains($0.queue) && queues?.contains($0.queue) ?? true }
            .map(\.runAt).min()
    }

    mutating func claim(_ request: ClaimRequest, at now: Date) -> [JobRecord] {
        var claimed: [JobRecord] = []
        let due = records.values
            .filter { $0.state.isWaiting && $0.runAt <= now }
            .filter { !pausedQueues.contains($0.queue) }
            .filter { request.queues?.contains($0.queue) ?? true }
            .sorted { left, right in
                (right.priority, left.runAt, left.id) < (left.priority, right.runAt, right.id)
            }
        for record in due where claimed.count < request.limit {
            let running = jobs(in: .running).count { $0.queue == record.queue }
            guard running < request.queueLimits[record.queue] ?? .max else { continue }
            claimed.append(
                update(record.id, at: now) {
                    $0.state = .running
                    $0.attempt += 1
                    $0.worker = request.worker
                }
            )
        }
        return claimed
    }

    /// Ends an attempt.
    mutating func finish(_ id: JobID, _ outcome: JobOutcome, at now: Date) -> JobRecord {
        update(id, at: now) { record in
            switch outcome {
            case .succeeded(let output):
                record.state = .succeeded
                record.output = output
            case .retry(let error, let runAt):
                record.state = .retrying
                record.lastError = error
                record.runAt = runAt
            case .discard(let error):
                record.state = .discarded
                record.lastError = error
            case .cancel:
                record.state = .cancelled
            case .snooze(let until, _):
                record.giveAttemptBack()
                record.runAt = until
            case .interrupted:
                record.giveAttemptBack()
            }
        }
    }

    mutating func cancel(_ id: JobID, at now: Date) -> JobRecord {
        update(id, at: now) { $0.state = .cancelled }
    }

    /// Offers a job again by hand.
    mutating func retry(_ id: JobID, at now: Date) -> JobRecord {
        update(id, at: now) { record in
            record.runAt = record.state.isFinal ? now : min(record.runAt, now)
            record.state = record.attempt == 0 ? .pending : .retrying
            record.maxAttempts = max(record.maxAttempts, record.attempt + 1)
        }
    }

    /// Takes every running job from its dead worker; when and with what words is the store's own
    /// choice.
    mutating func rescue(at now: Date, as found: (JobID) -> JobRecord?) {
        for record in jobs(in: .running) {
            _ = update(record.id, at: now) {
                $0.state = $0.attempt < $0.maxAttempts ? .retrying : .discarded
                $0.lastError = found(record.id)?.lastError
                $0.runAt = found(record.id)?.runAt ?? $0.runAt
            }
        }
    }

    /// Removes the jobs that ended before a time; gives their number.
    mutating func prune(finishedBefore date: Date, limit: Int) -> Int {
        let ended = sorted.filter { $0.state.isFinal && $0.updatedAt < date }
        let first = ended.sorted { ($0.updatedAt, $0.id) < ($1.updatedAt, $1.id) }.prefix(limit)
        for record in first { records[record.id] = nil }
        return first.count
    }

    private mutating func update(
        _ id: JobID,
        at now: Date,
        _ change: (inout JobRecord) -> Void
    ) -> JobRecord {
        guard var record = records[id] else {
            preconditionFailure("The model was asked for a job that it does not have.")
        }
        change(&record)
        record.updatedAt = now
        records[id] = record
        return record
    }
}

extension JobRecord {
    fileprivate mutating func giveAttemptBack() {
        attempt -= 1
        state = attempt == 0 ? .pending : .retrying
    }
}

/// A small generator of numbers that look random and are the same on every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
