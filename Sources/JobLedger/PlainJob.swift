package import LazyJobs

/// What every new job says; all that one says which is plain, see `NewJob.isPlain`.
package struct PlainJob: Sendable {
    package var kind = ""
    package var queue = ""
    package var encoding = ""
    package var payloadSize = 0
    package var priority = JobPriority.normal
    package var maxAttempts = 0

    package init() {}

    /// As `NewJob.size`.
    var size: Int { payloadSize + encoding.utf8.count + kind.utf8.count + queue.utf8.count }
}
