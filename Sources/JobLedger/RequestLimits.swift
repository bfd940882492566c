import Foundation
import LazyJobs

/// What is wrong with a request or with an event, in words that fit into a sentence.
struct Violation: Error {
    var code = BackendError.Code.invalidRequest
    var reason: String

    init(_ reason: String, code: BackendError.Code = .invalidRequest) {
        self.reason = reason
        self.code = code
    }

    /// The error of an operation that was asked for it.
    func error(_ operation: String) -> BackendError {
        BackendError(code, "Could not \(operation): \(reason). Nothing happened.")
    }
}

/// Checks of values against `JobLimits`: the same for requests and for events from a disk.
enum RequestLimits {
    static func check(
        _ text: String,
        _ name: StaticString,
        from sizeMin: Int = 0,
        to sizeMax: Int
    ) throws(Violation) {
        let size = text.utf8.count
        guard size > sizeMax || size < sizeMin else { return }
        throw Violation("\(name) has \(size) bytes, allowed are \(sizeMin) to \(sizeMax)")
    }

    static func check(key: String?, _ name: StaticString) throws(Violation) {
        guard let key else { return }
        try check(key, name, from: 1, to: JobLimits.keySizeMax)
    }

    static func check(queue: String) throws(Violation) {
        try check(queue, "the queue's name", from: 1, to: JobLimits.queueSizeMax)
    }

    static func check(actor: String?) throws(Violation) {
        guard let actor else { return }
        try check(actor, "the actor's name", to: JobLimits.nameSizeMax)
    }

    static func check(worker: String) throws(Violation) {
        try check(worker, "the worker's name", to: JobLimits.nameSizeMax)
    }

    /// Errors and reasons of requests are cut before; those of events must be.
    static func check(errorOrReason text: String?) throws(Violation) {
        try check(text ?? "", "the error or reason", to: JobLimits.errorSizeMax)
    }

    static func check(output: [UInt8]?) throws(Violation) {
        guard let output, output.count > JobLimits.outputSizeMax else { return }
        throw Violation(
            "the output has \(output.count) bytes, allowed are \(JobLimits.outputSizeMax)"
        )
    }

    static func check(_ date: Date, _ name: StaticString) throws(Violation) {
        // Dates that are no number are neither smaller nor greater, so `>=` holds for them: compare
        // the numbers.
        let seconds = date.timeIntervalSince1970
        guard seconds >= JobLimits.earliest.timeIntervalSince1970,
            seconds <= JobLimits.latest.timeIntervalSince1970
        else {
            throw Violation("\(name) is outside the years 1 to 9999")
        }
    }

    static func check(
        count: Int,
        _ name: StaticString,
        from countMin: Int = 0,
        to countMax: Int = JobLimits.batchCountMax
    ) throws(Violation) {
        guard count < countMin || count > countMax else { return }
        throw Violation("\(name) is \(count), allowed are \(countMin) to \(countMax)")
    }

    static func check(batchSize size: Int) throws(Violation) {
        guard size > JobLimits.batchSizeMax else { return }
        throw Violation(
            "payloads and texts together have \(size) bytes, allowed are \(JobLimits.batchSizeMax)"
        )
    }

    static func check(_ job: PlainJob) throws(Violation) {
        try check(
            kind: job.kind,
            queue: job.queue,
            payloadSize: job.payloadSize,
            encoding: job.encoding,
            attempts: job.maxAttempts
        )
    }

    private static func check(
        kind: String,
        queue: String,
        payloadSize: Int,
        encoding: String,
        attempts: Int
    ) throws(Violation) {
        try check(kind, "the kind", from: 1, to: JobLimits.kindSizeMax)
        try check(queue: queue)
        guard payloadSize <= JobLimits.payloadSizeMax else {
            throw Violation(
                "the payload has \(payloadSize) bytes, allowed are \(JobLimits.payloadSizeMax)"
            )
        }
        try check(encoding, "the encoding's name", to: JobLimits.encodingSizeMax)
        try check(attempts: attempts)
    }

    static func check(_ job: NewJob) throws(Violation) {
        let payload = job.payload
        try check(
            kind: job.kind,
            queue: job.queue,
            payloadSize: payload.bytes.count,
            encoding: payload.encoding,
            attempts: job.maxAttempts
        )
        if let runAt = job.runAt { try check(runAt, "the run-at time") }
        try check(actor: job.actor)
        if job.isPlain { return }
        try check(key: job.uniqueKey, "the unique key")
        try check(key: job.idempotencyKey, "the idempotency key")
        try check(key: job.scheduleKey, "the schedule key")
        try checkTexts(job)
        guard job.concurrencyKey == nil else {
            throw Violation("concurrency keys are not kept yet", code: .unsupported)
        }
        guard job.waitsFor.isEmpty else {
            throw Violation("jobs cannot wait for others yet", code: .unsupported)
        }
    }

    static func check(attempts count: Int) throws(Violation) {
        guard count < 1 || count > JobLimits.attemptsMax else { return }
        throw Violation("the job has \(count) attempts, allowed are 1 to \(JobLimits.attemptsMax)")
    }

    static func check(_ schedule: JobSchedule) throws(Violation) {
        try check(key: schedule.key, "the schedule's key")
        guard schedule.interval >= .milliseconds(1) else {
            throw Violation("the interval is shorter than a millisecond")
        }
        try check(schedule.nextRunAt, "the next run-at time")
        try check(schedule.job)
    }

    private static func checkTexts(_ job: NewJob) throws(Violation) {
        if !job.tags.isEmpty {
            try check(count: job.tags.count, "the number of tags", to: JobLimits.tagCountMax)
            for tag in job.tags { try check(tag, "a tag", from: 1, to: JobLimits.tagSizeMax) }
        }
        guard !job.metadata.isEmpty else { return }
        let size = job.metadata.textSize
        guard size <= JobLimits.metadataSizeMax else {
            throw Violation(
                "the metadata has \(size) bytes, allowed are \(JobLimits.metadataSizeMax)"
            )
        }
    }
}
