import Foundation
import LazyJobs
import LogJobs
import LogJobsTesting
import Synchronization

/// The process that is killed: enqueues and works jobs as fast as it can, and says on standard
/// output what it was answered, before it asks for more.
///
/// | Line | What was answered |
/// |---|---|
/// | `o` | the store is open |
/// | `e ID NUMBER` | a job was enqueued |
/// | `s ID` | the success of a job is recorded |
/// | `x` | a call of the disk has failed by plan, and the store has said so |
struct Victim: Sendable {
    static let verb = "be-the-victim"
    private static let callerCount = 16

    private let folder: String
    private let isWritten: Bool
    /// Which of the calls that change the disk fails.
    private let failingCall: Int?
    private let lines = Lines()

    /// - Parameters: The folder, the durability, and the call that fails, or 0.
    init(_ arguments: [String]) throws {
        guard arguments.count == 3, let call = Int(arguments[2]) else {
            throw Finding(description: "the victim was called wrongly")
        }
        folder = arguments[0]
        isWritten = arguments[1] == "written"
        failingCall = call > 0 ? call : nil
    }

    /// What a job of it carries.
    struct Work: Job {
        static let kind = "torture"
        static let maxAttempts = 4
        var number: Int
        var text: String

        func work(_ context: JobContext) async throws {
            switch number % 16 {
            case 0: throw Finding(description: "attempt \(context.attempt) fails")
            case 1 where context.attempt == 1: throw JobControl.snooze(for: .milliseconds(50))
            default: try context.setOutput(encoding: number)
            }
        }
    }

    /// Tells of every success that is durable.
    private struct Observer: JobObserver {
        var lines: Lines

        func observe(_ event: RunnerEvent) {
            if case .finished(let record, _) = event, record.state == .succeeded {
                lines.say("s \(record.id)")
            }
        }
    }

    /// Writes lines at once, each with one call: what is said is out when the process is killed.
    private final class Lines: Sendable {
        private let output = Mutex(Foundation.FileHandle.standardOutput)

        func say(_ line: String) {
            let bytes = Data((line + "\n").utf8)
            // Nobody listens any more: then nothing is promised either.
            output.withLock { try? $0.write(contentsOf: bytes) }
        }
    }

    /// Does not return, unless its disk fails.
    func run() async throws {
        let configuration = LogBackend.Configuration(
            durability: isWritten ? .written(syncEvery: .milliseconds(100)) : .synced,
            archive: .keep(bytesMax: 256 << 20),
            retention: JobRetention(
                succeeded: .milliseconds(500),
                discarded: .seconds(2),
                cancelled: .seconds(1)
            )
        )
        let backend: LogBackend
        do throws(LogStoreError) {
            backend = try await open(configuration)
        } catch {
            if failingCall == nil { throw error }
            return lines.say("x")
        }
        lines.say("o")
        let runner = try JobRunner(
            backend: backend,
            configuration: .init(workers: 8, observers: [Observer(lines: lines)])
        )
        try runner.register(Work.self)
        try runner.start()
        await withTaskGroup(of: Void.self) { group in
            for caller in 0..<Self.callerCount {
                group.addTask { await enqueue(caller, on: runner) }
            }
        }
        lines.say("x")
    }

    /// Enqueues until the store refuses.
    private func enqueue(_ caller: Int, on runner: JobRunner) async {
        let names = ["invoice", "reminder", "thumbnail", "welcome"]
        var number = caller
        while true {
            let text = String(repeating: names[number % names.count], count: number % 40)
            do {
                let job = try await runner.enqueue(Work(number: number, text: text))
                lines.say("e \(job.id) \(number)")
            } catch {
                return
            }
            number += Self.callerCount
        }
    }

    private func open(
        _ configuration: LogBackend.Configuration
    ) async throws(LogStoreError) -> LogBackend {
        guard let failingCall else {
            return try await LogBackend.open(folder, configuration: configuration)
        }
        let environment = StoreOpening.Environment(
            fileSystem: WatchedFileSystem.failing(atCall: failingCall),
            clock: SystemClock(),
            process: .current,
            random: { UInt64.random(in: .min ... .max) }
        )
        return try await LogBackend.open(folder, configuration, environment, mode: .ownThread)
    }
}
