public import Foundation

/// The limits that every backend keeps, so that a job accepted by one is accepted by all.
///
/// What goes past a limit is refused with ``BackendError/Code/invalidRequest``, and nothing of the
/// request happens; only error texts and reasons are cut instead, and marked as cut, since
/// refusing to record a failure would lose it. Sizes are bytes of UTF-8 where the value is text.
public enum JobLimits: Sendable {
    /// One payload: 1 MiB; store larger things elsewhere and enqueue their name.
    public static let payloadSizeMax = 1 << 20
    /// The name of a payload's encoding.
    public static let encodingSizeMax = 32
    /// A kind; it must not be empty.
    public static let kindSizeMax = 255
    /// A queue's name; it must not be empty.
    public static let queueSizeMax = 255
    /// A unique, concurrency, idempotency or schedule key; it must not be empty.
    public static let keySizeMax = 255
    /// The name of a worker or an actor.
    public static let nameSizeMax = 255
    /// The text of an error or of a reason; longer text is cut and ends in "… (cut)".
    public static let errorSizeMax = 4096
    /// The output of a job.
    public static let outputSizeMax = 64 << 10
    /// The number of tags of a job.
    public static let tagCountMax = 32
    /// One tag; it must not be empty.
    public static let tagSizeMax = 255
    /// The keys and values of a job's metadata together.
    public static let metadataSizeMax = 16 << 10
    /// The number of jobs one job may wait for.
    public static let waitCountMax = 256
    /// The number of attempts a job may be given.
    public static let attemptsMax = 65_000
    /// The number of jobs in one call to enqueue, claim, finish or cancel.
    public static let batchCountMax = 10_000
    /// The payloads and texts of one call together: 16 MiB.
    public static let batchSizeMax = 16 << 20
    /// The number of schedules of a store.
    public static let scheduleCountMax = 10_000
    /// The payloads and texts of all schedules of a store together: 16 MiB.
    public static let schedulesSizeMax = 16 << 20
    /// The names, reasons and actors of all paused queues of a store together: 16 MiB.
    public static let pausesSizeMax = 16 << 20
    /// The number of records one call to list returns at most.
    public static let listCountMax = 10_000
    /// The earliest time a job may carry: the year 1.
    public static let earliest = Date(timeIntervalSince1970: -62_135_596_800)
    /// The latest time a job may carry: the end of the year 9999.
    public static let latest = Date(timeIntervalSince1970: 253_402_300_799)

    /// Cuts a text to a size at a character boundary, and marks it as cut.
    ///
    /// - Complexity: O(`size`), however long the text.
    package static func cut(_ text: String, to size: Int = errorSizeMax) -> String {
        guard text.utf8.count > size else { return text }
        let mark = "… (cut)"
        let room = max(0, size - mark.utf8.count)
        var end = text.utf8.index(text.utf8.startIndex, offsetBy: room)
        while end > text.startIndex, end.samePosition(in: text.unicodeScalars) == nil {
            end = text.utf8.index(before: end)
        }
        return String(text[..<end]) + mark
    }
}
