import Dispatch
import Foundation
import JobLedger
import LazyJobs
import LazyJobsTesting
import LogJobs
import LogJobsTesting
import Synchronization
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A reader beside a writer that goes on.
@Suite("A reader of a live store")
struct LiveReaderTests {
    /// What the writer does while the reader is held up.
    enum Meanwhile: String, CaseIterable {
        case enqueues
        case rotates
        case closes
        case diesAndOpens
        case closesAndOpensTwice
        case compacts
    }

    @Test(
        "shows a whole state whatever the writer does between any two of its calls",
        arguments: Meanwhile.allCases
    )
    func betweenCalls(meanwhile: Meanwhile) async throws {
        var isHeldUp = true
        var number = 1
        while isHeldUp {
            let store = TestStore()
            let backend = try await store.open()
            for kind in ["a", "b", "c"] { _ = try await backend.enqueue([Self.job(kind)]) }
            var writer = Writer(store: store, backend: backend)
            try writer.noteState()
            let reading = HeldUpReading(store, atCall: number)
            isHeldUp = false
            for await step in reading.steps {
                guard case .finished(let result) = step else {
                    isHeldUp = true
                    try await writer.run(meanwhile)
                    reading.goOn()
                    continue
                }
                // Its files were retired while it looked at them: it must say so.
                if meanwhile == .compacts, case .failure(let error as LogStoreError) = result {
                    #expect(error.code == .retired, "call \(number): \(error)")
                    continue
                }
                let content = try result.get()
                let isState = writer.states.contains { content.isSame(as: $0) }
                #expect(isState, "call \(number): \(content.events.count) events")
            }
            await writer.backend.abandonAndWait()
            number += 1
        }
        // The reader made so many calls.
        #expect(number > 20)
    }

    @Test("shows prefixes that grow, on a real disk, and changes nothing on it")
    func realDisk() async throws {
        let folder = RealFolder()
        var configuration = LogBackend.Configuration()
        configuration.sizes = TestStore.configuration.sizes
        let backend = try await LogBackend.open(folder.path, configuration: configuration)
        let isDone = Mutex(false)
        var contents: [StoreContent] = []
        let writing = Task {
            defer { isDone.withLock { $0 = true } }
            try await Self.work(backend)
        }
        // One more when all is written.
        while true {
            let isLast = isDone.withLock(\.self)
            let readOnly = WatchedFileSystem.readOnly(PosixFileSystem(), errorNumber: EROFS)
            let content = try StoreContent(try folder.read(of: readOnly))
            if content.events.count != contents.last?.events.count { contents.append(content) }
            if isLast { break }
            await Task.yield()
        }
        try await writing.value
        try await backend.close()
        let all = try StoreContent(try folder.read()).events
        print("A reader saw \(contents.map(\.events.count)) events of \(all.count)")
        for content in contents {
            #expect(content.events == Array(all.prefix(content.events.count)))
            #expect(content.records == (try Self.fold(content.events)))
        }
        #expect(contents.last?.events.count == all.count - 1)
        try folder.remove()
    }

    @Test("changes no byte, name or time of change of a store that is open for writing")
    func changesNothing() async throws {
        let folder = RealFolder()
        let backend = try await folder.open()
        _ = try await backend.enqueue([Self.job("a")])
        let picture = try folder.picture()
        let view = try StoreView(try folder.read())
        #expect(view.content.records.count == 1)
        #expect(try folder.picture() == picture)
        try await backend.close()
        try folder.remove()
    }

    private static func job(_ kind: String, size: Int = 20) -> NewJob {
        var generator = SeededGenerator(seed: UInt64(size))
        let bytes = (0..<size).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        return NewJob(kind: kind, payload: JobPayload(bytes: bytes))
    }

    /// Jobs that live and end, in several segments.
    private static func work(_ backend: LogBackend) async throws {
        for round in 0..<40 {
            _ = try await backend.enqueue((0..<3).map { job("\(round)-\($0)", size: 1500) })
            let claims = try await backend.claim(ClaimRequest(limit: 2, worker: "w"))
            let requests = claims.jobs.map { claim in
                FinishRequest(
                    jobID: claim.record.id,
                    lease: claim.lease,
                    outcome: .succeeded(output: nil)
                )
            }
            _ = try await backend.finish(requests)
        }
    }

    private static func fold(_ events: [JobEvent]) throws -> [JobRecord] {
        var ledger = JobLedger()
        for event in events { try ledger.apply(event) }
        return try ledger.list(JobQuery(limit: JobLimits.listCountMax))
    }
}

// MARK: - A reader that is held up

extension LiveReaderTests {
    /// The writer, and every state that it has shown.
    private struct Writer {
        let store: TestStore
        var backend: LogBackend
        var states: [StoreContent] = []

        mutating func run(_ meanwhile: Meanwhile) async throws {
            switch meanwhile {
            case .enqueues:
                for kind in ["d", "e"] { try await enqueue(job(kind)) }
            case .rotates:
                for kind in ["d", "e", "f", "g"] { try await enqueue(job(kind, size: 20_000)) }
            case .compacts:
                let id = try await enqueue(job("gone"))
                _ = try await backend.cancel([id], reason: "", actor: nil)
                try noteState()
                for kind in ["d", "e", "f", "g"] { try await enqueue(job(kind, size: 20_000)) }
                _ = try await backend.compact()
                try noteState()
            case .closes:
                try await close()
            case .diesAndOpens:
                await backend.abandonAndWait()
                try await open()
                try await enqueue(job("d"))
            case .closesAndOpensTwice:
                for _ in 0..<2 {
                    try await close()
                    try await open()
                    try await enqueue(job("d"))
                }
            }
        }

        mutating func noteState() throws {
            states.append(try StoreContent(try store.read()))
        }

        @discardableResult
        private mutating func enqueue(_ job: NewJob) async throws -> JobID {
            let results = try await backend.enqueue([job])
            try noteState()
            return results[0].record.id
        }

        private mutating func close() async throws {
            try await backend.close()
            try noteState()
        }

        private mutating func open() async throws {
            backend = try await store.open(pid: 8)
            try noteState()
        }
    }

    /// A reading on a thread of its own that stops before one of its calls until it may go on.
    private struct HeldUpReading {
        enum Step: Sendable {
            case heldUp
            case finished(Result<StoreContent, any Error>)
        }

        let steps: AsyncStream<Step>
        private let gate = DispatchSemaphore(value: 0)

        init(_ store: TestStore, atCall number: Int) {
            let (steps, continuation) = AsyncStream.makeStream(of: Step.self)
            let count = Counter()
            let gate = gate
            let watched = WatchedFileSystem(store.disk) { _, _ in
                guard count.next() == number else { return }
                continuation.yield(.heldUp)
                gate.wait()
            }
            self.steps = steps
            Thread.detachNewThread {
                let result = Result {
                    let path = TestStore.folder
                    let clock = ManualClock()
                    return try StoreContent(try LogReader.open(path, of: watched, clock: clock))
                }
                continuation.yield(.finished(result))
                continuation.finish()
            }
        }

        func goOn() { gate.signal() }
    }

    private final class Counter: Sendable {
        private let count = Mutex(0)

        func next() -> Int {
            count.withLock { count in
                count += 1
                return count
            }
        }
    }
}
