import Foundation
import InMemoryJobs
import LazyJobs
import LazyJobsTesting
import Testing

@Suite("JobRunner: configuration, registration and enqueueing", .timeLimit(.minutes(15)))
struct JobRunnerRequestTests {
    private struct Nameless: JobArguments {
        static let kind = ""
    }

    private struct Queueless: JobArguments {
        static let kind = "queueless"
        static let queue = ""
    }

    private struct Hopeless: JobArguments {
        static let kind = "hopeless"
        static let maxAttempts = 0
    }

    private struct Impostor: JobArguments {
        static let kind = "impostor"
        static let aliases = ["letter"]
    }

    private struct Twice: JobArguments {
        static let kind = "twice"
        static let aliases = ["twice"]
    }

    private struct Infinite: JobArguments {
        static let kind = "infinite"
        var value = Double.infinity
    }

    @Test("values out of their range are refused when the runner is made")
    func validatesConfiguration() throws {
        typealias Configuration = JobRunner.Configuration
        let long = String(repeating: "x", count: 256)
        let cases = [
            Configuration(workers: 0),
            Configuration(workers: JobLimits.batchCountMax + 1),
            Configuration(pollInterval: .microseconds(999)),
            Configuration(queues: []),
            Configuration(queues: [""]),
            Configuration(queues: [long]),
            Configuration(queueLimits: ["": 1]),
            Configuration(queueLimits: ["a": -1]),
            Configuration(gracePeriod: .seconds(-1)),
            Configuration(cancellationGracePeriod: .seconds(-1)),
            Configuration(worker: ""),
            Configuration(worker: long),
        ]
        for configuration in cases {
            let error = #expect(throws: JobRunnerError.self) {
                _ = try JobRunner(backend: InMemoryBackend(), configuration: configuration)
            }
            #expect(error?.code == .invalidConfiguration)
        }
        _ = try JobRunner(
            backend: InMemoryBackend(),
            configuration: Configuration(
                workers: JobLimits.batchCountMax,
                pollInterval: .milliseconds(1),
                queues: [String(long.dropLast())],
                queueLimits: ["a": 0],
                worker: String(long.dropLast())
            )
        )
    }

    @Test("definitions are sorted by kind and say what Go's say")
    func listsDefinitions() throws {
        let runner = try Bench().runner
        try runner.register(Note.self) { _, _ in }
        try runner.register(Mail.self) { _, _ in }
        try runner.register(Greet.self)
        #expect(
            runner.definitions == [
                JobDefinition(kind: "greet", type: "Greet", queue: "polite", maxAttempts: 3),
                JobDefinition(kind: "mail", type: "Mail", queue: "default", maxAttempts: 25),
                JobDefinition(kind: "note", type: "Note", queue: "default", maxAttempts: 25),
            ]
        )
    }

    @Test("a kind or an alias is registered once, and a refusal registers nothing")
    func refusesDuplicates() throws {
        let runner = try Bench().runner
        try runner.register(Mail.self) { _, _ in }
        let cases: [() throws -> Void] = [
            { try runner.register(Mail.self) { _, _ in } },
            { try runner.register(Impostor.self) { _, _ in } },
            { try runner.register(Twice.self) { _, _ in } },
        ]
        for register in cases {
            let error = #expect(throws: JobRunnerError.self) { try register() }
            #expect(error?.code == .duplicateKind)
        }
        #expect(runner.definitions.map(\.kind) == ["mail"])
    }

    @Test("a type that no store would accept is refused when it is registered")
    func refusesInvalidTypes() throws {
        let runner = try Bench().runner
        let cases: [() throws -> Void] = [
            { try runner.register(Nameless.self) { _, _ in } },
            { try runner.register(Queueless.self) { _, _ in } },
            { try runner.register(Hopeless.self) { _, _ in } },
        ]
        for register in cases {
            let error = #expect(throws: JobRunnerError.self) { try register() }
            #expect(error?.code == .invalidDefinition)
        }
        #expect(runner.definitions.isEmpty)
    }

    @Test("a unique key answers with the job that is there; an idempotency key does so for ever")
    func answersWithDuplicates() async throws {
        let bench = try Bench()
        try bench.runner.register(Note.self) { _, _ in }
        let unique = JobOptions(uniqueKey: "u")
        let named = JobOptions(idempotencyKey: "i")
        let first = try await bench.runner.enqueue(Note(text: "1"), options: unique)
        let second = try await bench.runner.enqueue(Note(text: "2"), options: unique)
        #expect(second == .duplicate(of: first.record))
        let request = try await bench.runner.enqueue(Note(text: "3"), options: named)
        try bench.runner.start()
        try await bench.runner.waitUntilIdle()
        let third = try await bench.runner.enqueue(Note(text: "4"), options: unique)
        #expect(third.record.id != first.record.id)
        let again = try await bench.runner.enqueue(Note(text: "3"), options: named)
        #expect(again.record.id == request.record.id)
        try await bench.runner.stop()
        #expect(bench.recorder.names.count { $0 == "enqueued" } == 3)
    }

    @Test("many jobs of several types are enqueued together, or none of them")
    func enqueuesAtomically() async throws {
        let bench = try Bench()
        let results = try await bench.runner.enqueue(
            contentsOf: [Note(text: "1"), Greet(name: "Ada")],
            options: JobOptions(tags: ["batch"])
        )
        #expect(results.map(\.record.kind) == ["note", "greet"])
        #expect(results.allSatisfy { $0.record.tags == ["batch"] })
        let error = await #expect(throws: BackendError.self) {
            try await bench.runner.enqueue(contentsOf: [Note(text: "3"), Nameless()])
        }
        #expect(error?.code == .invalidRequest)
        #expect(try await bench.runner.stats().total == 2)
        #expect(try await bench.runner.enqueue(contentsOf: []).isEmpty)
    }

    @Test("a key for many jobs, and a time beside a delay, are refused")
    func refusesContradictions() async throws {
        let bench = try Bench()
        for options in [JobOptions(uniqueKey: "u"), JobOptions(idempotencyKey: "i")] {
            let error = await #expect(throws: JobRunnerError.self) {
                try await bench.runner.enqueue(
                    contentsOf: [Note(text: "1"), Note(text: "2")],
                    options: options
                )
            }
            #expect(error?.code == .invalidOptions)
        }
        let error = await #expect(throws: JobRunnerError.self) {
            try await bench.runner.enqueue(
                Note(text: ""),
                options: JobOptions(runAt: .sample, delay: .seconds(1))
            )
        }
        #expect(error?.code == .invalidOptions)
        #expect(try await bench.runner.stats().total == 0)
    }

    @Test("arguments that cannot be encoded are refused, and the error does not show them")
    func refusesUnencodableJobs() async throws {
        let bench = try Bench()
        let error = await #expect(throws: JobRunnerError.self) {
            try await bench.runner.enqueue(Infinite())
        }
        #expect(error?.code == .encodingFailed)
        #expect(
            error?.message == "Could not encode a job of kind \"infinite\": a value of type Double "
                + "is invalid at value. Check its arguments."
        )
    }
}
