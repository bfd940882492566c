/// One of the things that are measured beside each other.
struct Lane {
    /// Whether a power cut, or at least the death of the process, leaves what was answered.
    enum Durability: String, Codable {
        case synced, written, none
    }

    let name: String
    let durability: Durability
    /// How many operations are under way at once.
    let callers: Int
    /// How many jobs each of them is about.
    var jobsPerOperation = 1
    /// Does so many operations, a multiple of the callers.
    let run: (_ count: Int) async throws -> Round
    var close: () async throws -> Void = {}
}

/// Callers that do one operation after the other.
enum Callers {
    /// Measures operations, each with a number of its own.
    static func run(
        _ callers: Int,
        count: Int,
        _ operation: @escaping @Sendable (_ number: Int) async throws -> Void
    ) async throws -> Round {
        let meter = Meter.read()
        let latencies = try await withThrowingTaskGroup(of: [Duration].self) { group in
            for caller in 0..<callers {
                group.addTask {
                    var latencies: [Duration] = []
                    latencies.reserveCapacity(count / callers)
                    for number in 0..<count / callers {
                        let start = ContinuousClock.now
                        try await operation(caller + callers * number)
                        latencies.append(start.duration(to: .now))
                    }
                    return latencies
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        return Round(count: latencies.count, latencies: latencies, expense: meter.spent())
    }
}
