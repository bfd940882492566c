import LazyJobs
import LogJobs

/// A log store, and callers that enqueue in it.
struct StoreUnderTest {
    let callers: Int
    private let folder: String
    private let backend: LogBackend

    init(folder: String, callers: Int) async throws {
        self.callers = callers
        self.folder = folder
        backend = try await LogBackend.open(folder)
    }

    func close() async throws {
        try await backend.close()
    }

    /// Has every caller enqueue one job after the other, each waiting until it is durable.
    ///
    /// The jobs are made before, as the frames of the loop are.
    func run(count: Int) async throws -> Round {
        let jobs = (0..<callers).map { caller in
            (0..<count / callers).map { Self.job(caller, $0) }
        }
        let start = ContinuousClock.now
        let latencies = try await withThrowingTaskGroup(of: [Duration].self) { group in
            for jobs in jobs {
                group.addTask { [backend] in try await Self.enqueue(jobs, in: backend) }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        return Round(
            count: latencies.count,
            duration: start.duration(to: .now),
            latencies: latencies
        )
    }

    private static func enqueue(
        _ jobs: [NewJob],
        in backend: LogBackend
    ) async throws -> [Duration] {
        var latencies: [Duration] = []
        latencies.reserveCapacity(jobs.count)
        for job in jobs {
            let began = ContinuousClock.now
            _ = try await backend.enqueue([job])
            latencies.append(began.duration(to: .now))
        }
        return latencies
    }

    /// How many frames and bytes of frames the store has.
    func size() throws -> (frames: Int, bytes: Int) {
        let reader = try LogReader.open(folder)
        let end = reader.segments.reduce(0) { $0 + $1.validEnd }
        return (reader.report.frameCount, Int(end) - headerSize * reader.segments.count)
    }

    /// What applications enqueue: a short kind and some JSON, another one for each job.
    private static func job(_ caller: Int, _ number: Int) -> NewJob {
        // Spread, so that frames do not compress better than those of an application.
        let user = (caller &* 1_000_003 &+ number &* 7919) % 1_000_000
        let arguments = """
            {"address":"user\(user)@example.com","template":"welcome-2","user_id":\(user)}
            """
        return NewJob(kind: "send-welcome", payload: JobPayload(bytes: Array(arguments.utf8)))
    }
}

/// The size of a segment's header, which holds no frames.
private let headerSize = 4096
