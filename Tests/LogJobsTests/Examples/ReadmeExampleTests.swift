import Foundation
import LazyJobs
import LogJobs
import Testing

// The lines between the two markers are the example of the README; a test of the house rules sees
// to it that the two are the same.

// README begin
struct SendWelcome: Job {
    static let kind = "send-welcome"
    var name: String

    func work(_ context: JobContext) async throws {
        try context.setOutput(encoding: "Welcome, \(name)!")
    }
}

func welcome(_ name: String, jobsIn folder: String) async throws -> [JobEvent] {
    let backend = try await LogBackend.open(folder)
    let runner = try JobRunner(backend: backend, configuration: .init(workers: 4))
    try runner.register(SendWelcome.self)
    try runner.start()

    let job = try await runner.enqueue(SendWelcome(name: name))  // on the disk when it returns
    try await runner.waitUntilIdle()

    let history = try await runner.history(of: job.id)
    try await runner.stop()
    return history
}
// README end

@Suite("ReadmeExample") struct ReadmeExampleTests {
    @Test("the example of the README runs, and its job has the history that one expects")
    func runs() async throws {
        let folder = NSTemporaryDirectory() + "readme-\(UUID().uuidString).jobs"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let history = try await welcome("Ada", jobsIn: folder)
        let kinds = history.compactMap { $0.transition?.kind }
        #expect(kinds == [.enqueued, .claimed, .succeeded])
        let record = try #require(
            try LogReader.open(folder).record(of: JobID(rawValue: 1))
        )
        #expect(record.output == Array("\"Welcome, Ada!\"".utf8))
    }
}
