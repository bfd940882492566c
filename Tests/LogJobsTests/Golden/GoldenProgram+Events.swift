import Foundation
import LazyJobs

/// The events of the fixtures of version 1, as they were when they were written.
extension GoldenProgram {
    static let closedEvents = firstEpoch + secondEpoch

    static let unfinishedEvents = [
        event(1, .store(.opened(owner(7), firstJobID: JobID(rawValue: 1)))),
        job(1, 2, .enqueued(accepted(fullJob), runAt: date(-1)), version: 0, attempt: 0),
        job(2, 3, .enqueued(job("waits"), runAt: date(0)), version: 0, attempt: 0),
        job(1, 4, .claimed(worker: "w-1"), version: 1, after: 2, attempt: 1),
        job(3, 5, .enqueued(job("synced"), runAt: date(0)), version: 0, attempt: 0),
    ]

    private static let firstEpoch =
        [
            event(1, .store(.opened(owner(7), firstJobID: JobID(rawValue: 1)))),
            job(1, 2, .enqueued(accepted(fullJob), runAt: date(-1)), version: 0, attempt: 0),
        ]
        + (2...7).map { id in
            let change = JobTransition.Change.enqueued(job("k\(id)"), runAt: date(0))
            return job(id, id + 1, change, version: 0, attempt: 0)
        }
        + (1...7).map { id in
            job(id, id + 8, .claimed(worker: "w-1"), version: 1, after: id + 1, attempt: 1)
        }
        + ends + schedulesAndQueues

    private static let ends = [
        end(1, .succeeded(output: [0, 1, 255], duration: .milliseconds(250))),
        end(2, .retried(error: "e", runAt: date(3600), duration: .milliseconds(250))),
        end(3, .discarded(error: "d", actor: nil, duration: .milliseconds(250))),
        end(4, .cancelled(reason: "c", actor: nil, duration: .milliseconds(250))),
        end(5, .snoozed(runAt: date(3600), reason: "s", duration: .milliseconds(250)), attempt: 0),
        end(6, .interrupted(reason: "i", duration: .milliseconds(250)), attempt: 0),
    ]

    private static let schedulesAndQueues: [JobEvent] = {
        var night = job("night")
        night.scheduleKey = "nightly"
        let bodies: [JobEvent.Body] = [
            .schedule(.set(schedule("nightly"), actor: "ann")),
            .job(transition(8, .enqueued(night, runAt: date(0)), version: 0, attempt: 0)),
            .schedule(.advanced(key: "nightly", nextRunAt: date(60), enqueued: true)),
            .schedule(.removed(key: "nightly", actor: nil)),
            .queue(.paused(queue: "mail", reason: "too many", actor: "ann")),
            .queue(.paused(queue: "bulk", reason: nil, actor: nil)),
            .queue(.resumed(queue: "bulk", actor: "bob")),
            .job(
                transition(
                    9,
                    .enqueued(job("last", queue: "bulk"), runAt: date(0.25)),
                    version: 0,
                    attempt: 0
                )
            ),
        ]
        return bodies.enumerated().map { event(22 + $0.offset, at: 0.25, $0.element) }
    }()

    private static let secondEpoch: [JobEvent] = {
        let died = "The process that ran the job died."
        let off = JobTransition.Change.cancelled(reason: "off", actor: "bob", duration: nil)
        let bodies: [JobEvent.Body] = [
            .store(.opened(owner(8), firstJobID: JobID(rawValue: 65_537))),
            .job(transition(7, .rescued(error: died), version: 2, after: 15, attempt: 1)),
            .job(transition(8, off, version: 1, after: 23, attempt: 0)),
            .job(transition(1, .pruned, version: 3, after: 16, attempt: 1)),
            .schedule(.set(schedule("weekly", next: 3600), actor: nil)),
            .store(.closed),
        ]
        return bodies.enumerated().map { event(30 + $0.offset, epoch: 2, at: 90.25, $0.element) }
    }()

    /// The job as its event keeps it: the time to run at is the event's.
    private static func accepted(_ job: NewJob) -> NewJob {
        var job = job
        job.runAt = nil
        return job
    }

    private static func date(_ seconds: TimeInterval) -> Date {
        start.addingTimeInterval(seconds)
    }

    private static func owner(_ pid: Int32) -> StoreOwner {
        StoreOwner(processID: pid, bootID: "boot", host: "host")
    }

    private static func event(
        _ sequence: Int,
        epoch: UInt64 = 1,
        at seconds: TimeInterval = 0,
        _ body: JobEvent.Body
    ) -> JobEvent {
        JobEvent(
            sequence: SequenceNumber(rawValue: UInt64(sequence)),
            epoch: epoch,
            time: date(seconds),
            body: body
        )
    }

    private static func job(
        _ id: Int,
        _ sequence: Int,
        _ change: JobTransition.Change,
        version: UInt32,
        after previous: Int? = nil,
        attempt: Int
    ) -> JobEvent {
        let body = transition(id, change, version: version, after: previous, attempt: attempt)
        return event(sequence, .job(body))
    }

    /// The end of the first attempt of a job, a quarter of a second after it was claimed.
    private static func end(
        _ id: Int,
        _ change: JobTransition.Change,
        attempt: Int = 1
    ) -> JobEvent {
        let body = transition(id, change, version: 2, after: id + 8, attempt: attempt)
        return event(id + 15, at: 0.25, .job(body))
    }

    private static func transition(
        _ id: Int,
        _ change: JobTransition.Change,
        version: UInt32,
        after previous: Int? = nil,
        attempt: Int
    ) -> JobTransition {
        JobTransition(
            jobID: JobID(rawValue: UInt64(id)),
            version: version,
            previous: previous.map { SequenceNumber(rawValue: UInt64($0)) },
            attempt: attempt,
            change: change
        )
    }
}
