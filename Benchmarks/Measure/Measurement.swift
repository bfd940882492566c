/// What a store takes: time to open, memory, room on the disk, time to find a history.
enum Measurement: String {
    /// Opening a store with millions of jobs that wait, and the memory they take.
    case pending
    /// The room that the whole lives of jobs take in archives.
    case archive
    /// Finding the history of one job among ten million events that nothing has read lately.
    case history
    /// What a thousand openings leave on the disk.
    case cycles
    /// What a million queues cost.
    case queues

    /// Measures, in a folder that is empty.
    ///
    /// - Parameters:
    ///   - folder: Where the stores are made.
    ///   - scale: By how much all counts are divided.
    ///   - progress: Is told what is being done.
    /// - Returns: The figures.
    /// - Throws: What the store throws, and a surprise when something was not as it should be.
    func report(
        in folder: String,
        scale: Int,
        progress: (String) -> Void
    ) async throws -> MeasurementReport {
        switch self {
        case .pending:
            let counts = [1_000_000 / scale, 5_000_000 / scale]
            return try await PendingMeasurement(folder, counts).report(progress)
        case .archive:
            return try await ArchiveMeasurement(folder, 500_000 / scale).report(progress)
        case .history:
            let measurement = HistoryMeasurement(
                folder,
                eventCount: 10_000_000 / scale,
                queryCount: 2000 / scale
            )
            return try await measurement.report(progress)
        case .cycles:
            return try await CyclesMeasurement(folder, 1000 / scale).report(progress)
        case .queues:
            return try await QueuesMeasurement(folder, 1_000_000 / scale).report(progress)
        }
    }
}
