import LazyJobs

extension Timestamp {
    /// Whether it lies in the years 1 to 9999, as every time on the disk does.
    var isWritable: Bool {
        Self.bounds.contains(microseconds)
    }

    private static let bounds =
        Timestamp(JobLimits.earliest).microseconds...Timestamp(JobLimits.latest).microseconds
}
