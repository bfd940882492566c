import Foundation
import JobLedger
import LazyJobs

/// More bytes than the events of a request can have in a frame, compressed or not.
///
/// The writer keeps that much room before it plans the request, since what is planned cannot be
/// taken back. Requests that go past a limit are refused by the ledger and need no room; so each
/// bound is bounded itself.
enum EventBounds: Sendable {
    /// The numbers of one event, and its share of a block's and the frame's own bytes.
    private static let event = 128
    /// What a frame has of its own.
    private static let frame = 1024

    /// The end of one running job, the longest error text included.
    static let ending = JobLimits.errorSizeMax + event
    /// A change of a queue or a schedule, but for the schedule's job.
    static let control = LogCommand.Needs(bytesMax: 2 * JobLimits.errorSizeMax + frame)

    /// The events of an opening or a closing: one for each running job.
    static func givingBack(_ runningCount: Int) -> LogCommand.Needs {
        LogCommand.Needs(bytesMax: 4 * frame + 2 * event * runningCount)
    }

    /// A schedule that is set, which each later segment begins with.
    static func set(_ schedule: JobSchedule) -> LogCommand.Needs {
        var needs = enqueued([schedule.job])
        if needs != .none { needs.baselineMax = needs.bytesMax }
        return needs
    }

    /// A queue that is paused, which each later segment begins with.
    static let paused = LogCommand.Needs(
        bytesMax: control.bytesMax,
        baselineMax: control.bytesMax
    )

    /// The whole frame of a closing when nothing runs.
    static let closing = 5 * frame

    static func enqueued(_ jobs: [NewJob]) -> LogCommand.Needs {
        guard jobs.count <= JobLimits.batchCountMax else { return .none }
        var (texts, lengths) = (0, 0)
        for job in jobs {
            texts += job.size
            lengths += lengthBytes(of: job)
        }
        guard texts <= JobLimits.batchSizeMax else { return .none }
        return LogCommand.Needs(
            bytesMax: frame + jobs.count * event + texts + lengths,
            newJobsMax: jobs.count
        )
    }

    static func scheduled(_ schedules: [JobSchedule], at now: Timestamp) -> LogCommand.Needs {
        let due = schedules.filter { Timestamp($0.nextRunAt) <= now }
        guard !due.isEmpty else { return .none }
        var bytesMax = frame
        for schedule in due {
            // The job is enqueued with the key, and the schedule moves on.
            bytesMax += 2 * (event + JobLimits.keySizeMax)
            bytesMax += schedule.job.size + lengthBytes(of: schedule.job)
        }
        return LogCommand.Needs(bytesMax: bytesMax, newJobsMax: due.count)
    }

    /// What stands before the tags and the metadata: there may be far more of it than the text is.
    private static func lengthBytes(of job: NewJob) -> Int {
        let entryCount = min(job.metadata.count, JobLimits.metadataSizeMax + 1)
        return 4 * (min(job.tags.count, JobLimits.tagCountMax) + entryCount)
    }

    static func claimed(_ limit: Int, of waitingCount: Int) -> LogCommand.Needs {
        let count = min(max(limit, 0), JobLimits.batchCountMax)
        return LogCommand.Needs(
            bytesMax: frame + JobLimits.nameSizeMax + count * event / 2,
            endingsMax: min(count, waitingCount)
        )
    }

    static func carried(
        _ copies: [JobRecordCopy],
        in ledger: borrowing JobLedger
    ) -> LogCommand.Needs {
        let size = ledger.carriedSizeMax(of: copies, each: 2 * event)
        return size == 0 ? .none : LogCommand.Needs(bytesMax: frame + size)
    }

    static func finished(_ requests: [FinishRequest]) -> LogCommand.Needs {
        let count = min(requests.count, JobLimits.batchCountMax)
        var (size, excess) = (frame + count * event, 0)
        for request in requests.prefix(count) {
            size += request.outcome.size
            excess += max(0, request.outcome.size - JobLimits.errorSizeMax)
        }
        return LogCommand.Needs(
            bytesMax: min(size, JobLimits.batchSizeMax + frame + count * event),
            unreservedBytes: min(excess, JobLimits.batchSizeMax)
        )
    }

    static func cancelled(_ count: Int, reason: String) -> LogCommand.Needs {
        let text = min(reason.utf8.count, JobLimits.errorSizeMax) + JobLimits.nameSizeMax
        return LogCommand.Needs(
            bytesMax: frame + min(count, JobLimits.batchCountMax) * (event + text)
        )
    }

    static func retried(_ count: Int, reason: String?) -> LogCommand.Needs {
        cancelled(count, reason: reason ?? "")
    }

    static func pruned(_ limit: Int) -> LogCommand.Needs {
        let count = min(max(limit, 0), JobLimits.batchCountMax)
        return LogCommand.Needs(bytesMax: frame + count * event / 2)
    }
}

extension JobOutcome {
    /// The bytes of what is kept of it.
    fileprivate var size: Int {
        switch self {
        case .succeeded(let output): min(output?.count ?? 0, JobLimits.outputSizeMax)
        case .retry(let text, _), .discard(let text), .cancel(let text), .interrupted(let text):
            min(text.utf8.count, JobLimits.errorSizeMax)
        case .snooze(_, let reason): min(reason?.utf8.count ?? 0, JobLimits.errorSizeMax)
        }
    }
}
