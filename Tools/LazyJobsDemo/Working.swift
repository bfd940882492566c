import Foundation
import LazyJobs
import LogJobs

/// One life of the demo's process: opens the store, enqueues what is not yet there, and works.
struct Working {
    let folder: BytePath
    let output: Output
    let diesHalfWay: Bool

    init(folder: BytePath, output: Output, diesHalfWay: Bool = false) {
        self.folder = folder
        self.output = output
        self.diesHalfWay = diesHalfWay
    }

    /// Returns when every job has come to its end, or does not return.
    func run() async throws -> Bool {
        let isFirst = try output.keptInputs() == nil
        let files = isFirst ? try FileWalk(folder, without: output.folder) : nil
        let backend = try await LogBackend.open(output.store)
        say(backend.recoveryReport)
        if let files {
            try await enqueue(files, on: backend)
        }
        try await work(on: backend)
        return true
    }
}

extension Working {
    /// How many callers enqueue at once; what they ask during one sync, the next one does for all.
    private static let callerCount = 16

    /// Enqueues a job for each file that has none yet: an earlier life may have been cut short.
    private func enqueue(_ walk: FileWalk, on backend: LogBackend) async throws {
        for failure in walk.failures {
            Console.say("left out, since it is a folder that cannot be read: \(failure)")
        }
        let known = Set(try Bookkeeping(output).entries.map(\.input))
        let files = walk.files.filter { !known.contains($0) }
        let runner = try JobRunner(backend: backend, configuration: .init(closesBackend: false))
        let start = ContinuousClock.now
        let count = try await withThrowingTaskGroup(of: Int.self) { group in
            for first in 0..<Self.callerCount {
                group.addTask {
                    var count = 0
                    for index in stride(from: first, to: files.count, by: Self.callerCount) {
                        let path = files[index]
                        let options = JobOptions(metadata: ["file": path.description])
                        // Not before this returns is the job durable, and only then it counts.
                        _ = try await runner.enqueue(CompressFile(path), options: options)
                        count += 1
                    }
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
        let seconds = start.duration(to: .now) / .seconds(1)
        try output.keepInputs(walk.files)
        Console.say("\(folder): \(Console.count(walk.files.count, "regular file"))")
        guard count > 0 else { return }
        let rate = Int(Double(count) / max(seconds, 0.000_001))
        Console.say("a job for each is durable after \(text(seconds)) s (\(rate) a second)")
    }

    private func work(on backend: LogBackend) async throws {
        let stats = try await backend.stats()
        let done = JobState.allCases.filter(\.isFinal).reduce(0) { $0 + (stats.byState[$1] ?? 0) }
        guard done < stats.total else {
            Console.say("no job is left to do")
            return try await backend.close()
        }
        let left = stats.total - done
        let halfWay = HalfWay(jobsBefore: diesHalfWay ? left / 2 : nil)
        let progress = ProgressView(done: done, total: stats.total, halfWay: halfWay)
        let configuration = JobRunner.Configuration(
            workers: 4,
            worker: "demo[\(getpid())]",
            observers: [progress]
        )
        let runner = try JobRunner(backend: backend, configuration: configuration)
        let compressor = Compressor(output: output, halfWay: halfWay)
        try runner.register(CompressFile.self) { try await compressor.work($0, $1) }
        try runner.start()
        await progress.waitUntilEnd()
        // Throws what ended the runner, if the jobs' end did not.
        try await runner.stop()
    }

    private func say(_ report: RecoveryReport) {
        guard report.epoch > 1 else { return }
        Console.say(
            "opened the store again: read and checked "
                + "\(Console.count(report.eventCount, "event")) in "
                + "\(Console.count(report.segmentCount, "segment")), "
                + "\(text(report.duration / .seconds(1))) s"
        )
        if report.wasClosed {
            Console.say("it had been closed in order")
        } else {
            Console.say(
                "its process had died: \(Console.count(report.rescuedCount, "running job")) "
                    + "offered again, \(report.discardedCount) out of attempts"
            )
        }
        if report.unprovenEventCount > 0 {
            Console.say(
                "written once more, since nothing proved them durable: "
                    + Console.count(report.unprovenEventCount, "event")
            )
        }
        if let tail = report.tornTail {
            Console.say(
                "cut off an unfinished write in \(tail.segment) at \(tail.offset): \(tail.reason)"
            )
        }
    }

    private func text(_ seconds: Double) -> String {
        String(format: "%.2f", seconds)
    }
}
