import LazyJobs
import LogJobs
import Synchronization

/// How long it takes from the call of `enqueue` until the job's work begins, where nothing else is
/// to be done.
struct IdleLatency {
    private static let overheadMax = 150.0
    /// Of the loops.
    private static let frameSize = 128
    private static let name = "from enqueue to work"

    let setting: Setting

    func report() async throws -> MeasurementReport {
        setting.progress("idle")
        let store = try await setting.logStore("idle")
        let starts = Starts()
        let runner = try JobRunner(backend: store, configuration: .init(workers: 4))
        try runner.register(Tick.self) { _, _ in starts.begin() }
        try runner.start()
        var comparison = setting.comparison
        comparison.add(try setting.floor(frameSize: Self.frameSize))
        comparison.add(try setting.calledLoop(frameSize: Self.frameSize))
        comparison.add(try least(starts))
        comparison.add(
            Lane(
                name: Self.name,
                durability: .synced,
                callers: 1,
                run: { count in
                    try await Self.measure(count, starts) {
                        _ = try await runner.enqueue(Tick())
                    } waitForEnd: {
                        try await runner.waitUntilIdle()
                    }
                },
                close: { try await runner.stop() }
            )
        )
        let measured = try await comparison.run(setting.progress)
        var report = MeasurementReport(
            name: "idle latency",
            notes: ["one job at a time; the runner has four workers and nothing else to do"]
        )
        report.add(
            measured,
            measured.delays(
                of: Self.name,
                "idle latency: p50",
                max: Self.overheadMax,
                reach: LaneName.workingLoop
            )
        )
        return report
    }

    /// The least that lets jobs work: the loop is called to add a job, and synced; by another task
    /// to claim it, and not synced; by the job's, once that has begun, to end it.
    private func least(_ starts: Starts) throws -> Lane {
        let queue = try LoopQueue(setting.path("working loop"), frameSize: Self.frameSize)
        let thread = CallThread(LaneName.workingLoop, queue, .none)
        return Lane(
            name: LaneName.workingLoop,
            durability: .synced,
            callers: 1,
            run: { count in
                try await Self.measure(count, starts) {
                    try await thread.call { _ in }
                    return Task.detached {
                        try await thread.call { $0.claim() }
                        let job = Task.detached {
                            starts.begin()
                            try await thread.call { _ in }
                        }
                        try await job.value
                    }
                } waitForEnd: { job in
                    try await job.value
                }
            },
            close: { thread.close() }
        )
    }

    /// Adds one job after the other, each when the one before has ended.
    private static func measure<Job>(
        _ count: Int,
        _ starts: Starts,
        add: () async throws -> Job,
        waitForEnd: (Job) async throws -> Void
    ) async throws -> Round {
        let meter = Meter.read()
        var latencies: [Duration] = []
        for _ in 0..<count {
            let start = ContinuousClock.now
            let begun = Task { await starts.next() }
            let job = try await add()
            latencies.append(start.duration(to: await begun.value))
            try await waitForEnd(job)
        }
        return Round(count: count, latencies: latencies, expense: meter.spent())
    }
}

private struct Tick: JobArguments {
    static let kind = "tick"
}

/// Where a job says that it has begun.
private final class Starts: Sendable {
    private struct State {
        var begun: ContinuousClock.Instant?
        var waiter: CheckedContinuation<ContinuousClock.Instant, Never>?
    }

    private let state = Mutex(State())

    func begin() {
        let now = ContinuousClock.now
        let waiter = state.withLock { state in
            if state.waiter == nil { state.begun = now }
            return state.waiter.take()
        }
        waiter?.resume(returning: now)
    }

    /// When the next job has begun.
    func next() async -> ContinuousClock.Instant {
        await withCheckedContinuation { continuation in
            let begun = state.withLock { state in
                let begun = state.begun.take()
                if begun == nil { state.waiter = continuation }
                return begun
            }
            if let begun { continuation.resume(returning: begun) }
        }
    }
}
