import Foundation
import InMemoryJobs
import LazyJobs
import LogJobs

/// Where and how long is measured, and with which jobs.
struct Setting {
    let folder: String
    let rounds: Int
    let roundTime: Duration
    let jobs: SampleJobs
    let progress: (String) -> Void

    var comparison: Comparison { Comparison(rounds: rounds, roundTime: roundTime) }

    /// A path for the files of a lane, that nothing stands at.
    func path(_ name: String) -> String {
        folder + "/" + name.map { $0.isLetter || $0.isNumber ? "\($0)" : "-" }.joined()
    }

    func logStore(
        _ name: String,
        _ durability: Durability = .synced
    ) async throws -> LogBackend {
        let configuration = LogBackend.Configuration(durability: durability)
        return try await LogBackend.open(path(name), configuration: configuration)
    }

    /// The best that a log could do for one caller.
    func floor(frameSize: Int) throws -> Lane {
        let loop = try BareLoop(path("loop"))
        return Lane(
            name: LaneName.floor,
            durability: .synced,
            callers: 1,
            run: { try loop.run(count: $0, frameSize: frameSize) }
        )
    }

    /// What the loop does for those who call it, with a sync for each call or without any.
    func calledLoop(frameSize: Int, callers: Int = 1, syncs: Bool = true) throws -> Lane {
        let queue = try LoopQueue(path("called loop"), frameSize: frameSize, syncs: syncs)
        let name = syncs ? LaneName.calledLoop : LaneName.writingLoop
        let thread = CallThread(name, queue, .none)
        return Lane(
            name: name,
            durability: syncs ? .synced : .written,
            callers: callers,
            run: { count in
                try await Callers.run(callers, count: count) { _ in try await thread.call { _ in } }
            },
            close: { thread.close() }
        )
    }

    /// The best that a log with zlib could do, with so many jobs in a frame.
    func deflatingFloor(jobsPerFrame: Int) throws -> Lane {
        let loop = try DeflatingLoop(path("deflating loop"))
        return floor(LaneName.deflatingFloor, jobsPerFrame) { count, frames in
            try loop.run(count: count, frames: frames)
        }
    }

    /// The best that a log with zlib could do that does not wait for its writes; none where the
    /// system or the file system has no such writes.
    func unawaitedFloor(jobsPerFrame: Int) throws -> Lane? {
        guard let loop = try UnawaitedLoop(path("unawaited loop")) else { return nil }
        return floor(LaneName.unawaitedFloor, jobsPerFrame) { count, frames in
            try loop.run(count: count, frames: frames)
        }
    }

    /// A lane of one thread whose frames are the payloads of so many jobs.
    private func floor(
        _ name: String,
        _ jobsPerFrame: Int,
        _ run: @escaping (_ count: Int, _ frames: [[UInt8]]) throws -> Round
    ) -> Lane {
        let frames = (0..<max(1, jobs.encoded.count / jobsPerFrame)).map { number in
            jobs.batch(number, jobsPerFrame).flatMap { $0.payload.bytes }
        }
        return Lane(
            name: name,
            durability: .synced,
            callers: 1,
            jobsPerOperation: jobsPerFrame,
            run: { try run($0, frames) }
        )
    }

    /// The best that a store with zlib could do for so many callers that waits for each sync.
    func deflatingQueue(callers: Int, batch: Int = 1) throws -> Lane {
        let loop = try DeflatingLoop(path("deflating queue"))
        return called(loop, LaneName.deflatingQueue, callers, .all, batch: batch)
    }

    /// The same in turns; none where there are no writes that nobody waits for.
    func unawaitedQueue(callers: Int) throws -> Lane? {
        guard let loop = try UnawaitedLoop(path("unawaited queue")) else { return nil }
        return called(loop, LaneName.unawaitedQueue, callers, .turns)
    }

    /// A lane of callers that hand over one job after the other, or one batch.
    private func called(
        _ loop: sending some FrameLoop,
        _ name: String,
        _ callers: Int,
        _ grouping: CallGrouping,
        batch: Int = 1
    ) -> Lane {
        let thread = CallThread(name, DeflatingQueue(loop), grouping)
        return Lane(
            name: name,
            durability: .synced,
            callers: callers,
            jobsPerOperation: batch,
            run: { [jobs] count in
                try await Callers.run(callers, count: count) { number in
                    let jobs = jobs.batch(number, batch)
                    try await thread.call { $0.enqueue(jobs) }
                }
            },
            close: { thread.close() }
        )
    }

    /// Enqueues jobs through a backend, so many in each call.
    func enqueues(
        _ name: String,
        _ durability: Lane.Durability,
        into backend: some Backend,
        callers: Int,
        batch: Int = 1
    ) -> Lane {
        Lane(
            name: name,
            durability: durability,
            callers: callers,
            jobsPerOperation: batch,
            run: { [jobs] count in
                try await Callers.run(callers, count: count) { number in
                    _ = try await backend.enqueue(jobs.batch(number, batch))
                }
            },
            close: { try await backend.close() }
        )
    }

    #if SQLite
        /// Enqueues jobs into a table of SQLite, so many in each call.
        func enqueues(
            _ name: String,
            _ style: SQLiteQueue.Style,
            callers: Int,
            batch: Int = 1
        ) throws -> Lane {
            let queue = try SQLiteQueue(path("\(name) \(callers) \(batch)"), style)
            return Lane(
                name: name,
                durability: style.durability,
                callers: callers,
                jobsPerOperation: batch,
                run: { [jobs] count in
                    try await Callers.run(callers, count: count) { number in
                        try await queue.enqueue(jobs.batch(number, batch))
                    }
                },
                close: { queue.close() }
            )
        }
    #endif
}

/// The names of the lanes.
enum LaneName {
    static let floor = "overwrite + fdatasync"
    static let calledLoop = "overwrite + fdatasync, called"
    static let writingLoop = "overwrite, called"
    static let workingLoop = "the loop, called for jobs"
    static let deflatingFloor = "the loop with zlib"
    static let unawaitedFloor = "the loop with zlib, not waiting"
    static let deflatingQueue = "the loop with zlib, called"
    static let unawaitedQueue = "called, not waiting"
    static let log = "LogJobs"
    static let runner = "LogJobs, JobRunner + JSON"
    static let written = "LogJobs, .written"
    static let memory = "InMemoryJobs"
    static let full = "SQLite FULL"
    static let normal = "SQLite NORMAL"
    static let grouped = "SQLite FULL, grouped"
    static let groupedNormal = "SQLite NORMAL, grouped"

    static let logPooled = "LogJobs, pooled"
    static let pooled = "SQLite FULL, pooled"
    static let pooledNormal = "SQLite NORMAL, pooled"

    /// All ways to have a queue in SQLite.
    static let sqlite = [full, normal, grouped, groupedNormal, pooled, pooledNormal]
}

#if SQLite
    extension SQLiteQueue.Style {
        /// What a power cut leaves.
        var durability: Lane.Durability { synchronous == .full ? .synced : .written }

        /// The usual one.
        static let full = Self(synchronous: .full, groups: false, deletes: false)
        static let normal = Self(synchronous: .normal, groups: false, deletes: false)
        /// As strong as it gets.
        static let grouped = Self(synchronous: .full, groups: true, deletes: true)
        static let groupedNormal = Self(synchronous: .normal, groups: true, deletes: true)

        static let all: [(name: String, style: Self)] = [
            (LaneName.full, full), (LaneName.normal, normal), (LaneName.grouped, grouped),
            (LaneName.groupedNormal, groupedNormal),
        ]
        /// Called as by a runner, for all workers at once.
        static let pooled: [(name: String, style: Self)] = [
            (LaneName.pooled, grouped), (LaneName.pooledNormal, groupedNormal),
        ]
    }
#endif
