import Foundation
import LazyJobs
import LazyJobsTesting
import LogJobs
import Testing

@testable import LogJobsTool

/// Events as they happen, and what is narrowed of them.
@Suite("Tail, and filters on a store") struct TailTests {
    @Test("goes on with what is new, of the jobs that are wanted, until it is interrupted")
    func follows() async throws {
        try await withStore { backend, folder in
            let clock = ManualClock()
            let (lines, continuation) = AsyncStream.makeStream(of: String.self)
            let call = ["tail", "-f", "-n", "1", "--kind", "a", "--json", folder]
            let invocation = try CommandParser.invocation(call)
            let task = Task {
                defer { continuation.finish() }
                return try await invocation.follow(Surroundings(clock: clock)) { _ in
                } _: { line in
                    continuation.yield(line)
                }
            }
            try await clock.waitForSleepers(atLeast: 1)
            let jobs = ["a", "b"].map { NewJob(kind: $0, payload: JobPayload(bytes: [1])) }
            _ = try await backend.enqueue(jobs)
            clock.advance(by: .seconds(1))
            try await clock.waitForSleepers(atLeast: 1)
            task.cancel()
            #expect(try await task.value)
            var seen: [String] = []
            for await line in lines { seen.append(line) }
            #expect(seen.count == 2)
            #expect(seen.allSatisfy { $0.contains(#""kind":"a""#) })
            #expect(seen.first?.contains(#""sequence":3"#) ?? false)
        }
    }

    @Test("a call that ends is none to follow")
    func ends() async throws {
        let invocation = try CommandParser.invocation(["tail", "a"])
        let isDone = try await invocation.follow(Surroundings(), remark: { _ in }) { _ in }
        #expect(!isDone)
    }

    @Test("jobs are narrowed by their last change and their last failure")
    func narrowsJobs() async throws {
        try await withStore { backend, folder in
            let claims = try await backend.claim(ClaimRequest(limit: 2, worker: "w")).jobs
            let outcomes: [JobOutcome] = [
                .discard(error: "no user 7"), .retry(error: "timeout", runAt: .distantFuture),
            ]
            for (claim, outcome) in zip(claims, outcomes) {
                let id = claim.record.id
                let request = FinishRequest(jobID: id, lease: claim.lease, outcome: outcome)
                _ = try await backend.finish([request])
            }
            let last = try LogReader.open(folder).report.lastSequence.rawValue
            let counts: [([String], Int)] = [
                ([], 3), (["--error", "user"], 1), (["--error", "use", "--state=retrying"], 0),
                (["--since", "\(last)"], 1), (["--until", "\(last - 1)"], 2),
                (["--since", "-1h"], 0), (["--until", "-1h"], 3), (["--limit", "1"], 1),
                (["--until", "-1h", "--limit", "2"], 2),
            ]
            for (options, count) in counts {
                let call = ["list", "--json"] + options + [folder]
                let lines = try CommandParser.invocation(call).report().lines
                #expect(lines.count == count, "\(options)")
            }
            let export = ["export", "--csv", "jobs", "--state", "discarded", folder]
            let rows = try CommandParser.invocation(export).report().lines
            #expect(rows.count == 2 && rows[1].contains(",discarded,"))
            let errors = ["errors", "--json", "--since", "\(last)", folder]
            #expect(try CommandParser.invocation(errors).report().lines.count == 1)
        }
    }

    @Test("a verb that changes jobs takes the same moments")
    func narrowsChanges() async throws {
        try await withStore { backend, folder in
            try await backend.close()
            for (moment, count) in [("2", 1), ("4", 3), ("-1h", 3), ("1", 0)] {
                let call = ["cancel", "--json", "--until", moment, folder]
                let answer = try #require(try ChangeParser.answer(call))
                let ids = (1...3).prefix(count).map(String.init).joined(separator: ",")
                let line = #"{"done":false,"ids":[\#(ids)],"refused":[],"verb":"cancel"}"#
                #expect(try await answer.report().lines == [line], "\(moment)")
            }
            let call = ["cancel", "--yes", "--until", "2", folder]
            let answer = try #require(try ChangeParser.answer(call))
            #expect(try await answer.report().lines == ["cancel: 1 job"])
            let store = try LogReader.open(folder)
            #expect(store.stats().byState == [.cancelled: 1, .pending: 2])
        }
    }

    @Test("the last events are found from the end on, and are those that reading all finds")
    func beginsNearEnd() async throws {
        let folder = NSTemporaryDirectory() + "logjobs-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await Self.fillLong(folder)
        let reader = try LogReader.open(folder)
        let last = reader.report.lastSequence.rawValue
        #expect(last > 10_000)
        let middle = LogMoment.sequence(SequenceNumber(rawValue: last / 2))
        let filters: [(Filter, isNear: Bool)] = [
            (Filter(), true), (Filter(kind: "common"), true), (Filter(kind: "rare"), false),
            (Filter(kind: "gone"), true), (Filter(queue: "none"), false),
            (Filter(until: middle), true), (Filter(since: middle), true),
            (Filter(states: [.discarded]), false), (Filter(kind: "rare", until: middle), false),
            (Filter(since: .sequence(SequenceNumber(rawValue: last - 3))), true),
            (Filter(until: .sequence(SequenceNumber(rawValue: 7))), false),
        ]
        for (filter, isNear) in filters {
            for count in [1, 10, 700] {
                var all: [NamedEvent] = []
                try reader.forEachNamedEvent(matching: filter.events) { _ in
                } _: { event in
                    all.append(event)
                }
                var stepCount = 0
                let found = try reader.lastNamedEvents(matching: filter.events, count: count) {
                    _ in stepCount += 1
                }
                #expect(found == Array(all.suffix(count)), "\(filter), \(count)")
                if count == 10 { #expect((stepCount == 0) == isNear, "\(filter), \(count)") }
            }
        }
    }

    /// Some ten thousand events: a job of a rare kind, thousands of a common one, and at the end
    /// those of jobs that are gone.
    private static func fillLong(_ folder: String) async throws {
        var configuration = LogBackend.Configuration(retention: .forever)
        configuration.runsUpkeep = false
        let backend = try await LogBackend.open(
            folder,
            configuration: configuration,
            clock: ManualClock()
        )
        func enqueue(_ kind: String, _ count: Int) async throws -> [JobID] {
            let job = NewJob(kind: kind, payload: JobPayload(bytes: []))
            return try await backend.enqueue(Array(repeating: job, count: count)).map(\.record.id)
        }
        let rare = try await enqueue("rare", 1)
        let gone = try await enqueue("gone", 60)
        var common: [JobID] = []
        for _ in 1...5 { common += try await enqueue("common", 1_000) }
        for start in stride(from: 0, to: 5_000, by: 1_000) {
            let ids = Array(common[start..<start + 1_000])
            _ = try await backend.cancel(ids, reason: "", actor: nil)
        }
        _ = try await backend.prune(Array(common.prefix(900)))
        _ = try await backend.cancel(gone + rare, reason: "", actor: nil)
        _ = try await backend.prune(gone + rare)
        try await backend.close()
    }

    @Test("the printed time of an event finds it")
    func findsTimes() async throws {
        let folder = NSTemporaryDirectory() + "logjobs-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var configuration = LogBackend.Configuration()
        configuration.runsUpkeep = false
        let clock = ManualClock()
        let backend = try await LogBackend.open(folder, configuration: configuration, clock: clock)
        for _ in 1...40 {
            clock.advance(by: .microseconds(123_457))
            _ = try await backend.enqueue([NewJob(kind: "a", payload: JobPayload(bytes: [1]))])
        }
        clock.advance(by: .seconds(1))
        try await backend.close()
        let reader = try LogReader.open(folder)
        for number in 2...41 {
            let sequence = SequenceNumber(rawValue: UInt64(number))
            let event = try #require(try reader.event(at: sequence))
            let time = RFC3339.string(from: event.timestamp)
            let call = ["tail", "--json", "--since", time, "--until", time, folder]
            let lines = try CommandParser.invocation(call).report().lines
            #expect(lines.count == 1 && lines[0].contains("\"sequence\":\(number),"), "\(time)")
            let at = try CommandParser.invocation(["at", "--json", time, folder]).report().lines
            #expect(at[0].contains("\"sequence\":\(number),"), "\(time)")
        }
    }

    @Test("says where the known past begins")
    func remarks() async throws {
        try await withStore { backend, folder in
            let ids = try await backend.list(JobQuery()).map(\.id)
            _ = try await backend.cancel(ids, reason: "", actor: nil)
            try await backend.close()
            var configuration = LogBackend.Configuration(archive: .delete, retention: .forever)
            configuration.runsUpkeep = false
            let clock = ManualClock()
            let again = try await LogBackend.open(
                folder,
                configuration: configuration,
                clock: clock
            )
            _ = try await again.prune(ids)
            _ = try await again.compact()
            let oldest = try LogReader.open(folder).oldestEvent
            let remark = "what was before event \(oldest) was not kept"
            for call in [["stats"], ["errors"], ["export", "events"], ["tail", "--since", "1"]] {
                let report = try CommandParser.invocation(call + [folder]).report()
                #expect(report.remarks == [remark], "\(call)")
            }
            let info = try CommandParser.invocation(["info", folder]).report().lines
            #expect(info.contains { $0.hasPrefix("known since   event \(oldest) of ") })
            let states = try LogReader.open(folder).statesKnownSince()
            #expect(info.contains { $0.hasPrefix("states since  event \(states) of ") })
            let early = #expect(throws: LogStoreError.self) {
                try CommandParser.invocation(["at", "1", folder]).report()
            }
            #expect(early?.message.contains("before event \(states) of ") ?? false)
            let history = try CommandParser.invocation(["history", "1", folder]).report()
            #expect(history.remarks.first?.hasPrefix("what came before event ") ?? false)
            let since = try CommandParser.invocation(["tail", "--since", "\(oldest)", folder])
            #expect(try since.report().remarks == [])
            try await again.close()
            let last = try await LogBackend.open(folder, configuration: configuration, clock: clock)
            _ = try await last.compact()
            try await last.close()
            for verb in ["show", "why", "history"] {
                let gone = try message([verb, "1", folder])
                #expect(gone.hasPrefix("there is no job 1 in "))
                #expect(gone.hasSuffix("it was pruned, and its history is not kept any more"))
                #expect(try message([verb, "4", folder]).hasPrefix("there is no job 4 in "))
            }
        }
    }

    @Test("a job that was pruned is told from one that never was")
    func remarksPruned() async throws {
        try await withStore { backend, folder in
            let ids = try await backend.list(JobQuery()).map(\.id)
            _ = try await backend.cancel(ids, reason: "", actor: nil)
            _ = try await backend.prune(ids)
            for verb in ["show", "why"] {
                let gone = try message([verb, "1", folder])
                #expect(gone.hasSuffix("any more: it was pruned; see logjobs history 1"))
            }
            let whole = try CommandParser.invocation(["history", "1", folder]).report()
            #expect(whole.remarks.isEmpty && whole.lines.count == 4)
            let events = try LogReader.open(folder).history(of: ids[0])
            let part = Timeline(events: Array(events.dropFirst()))
            #expect(part.remarks == ["what came before event \(events[1].sequence) was not kept"])
            // A crash passes over the numbers that were set apart.
            let copy = folder + ".copy"
            try FileManager.default.copyItem(atPath: folder, toPath: copy)
            defer { try? FileManager.default.removeItem(atPath: copy) }
            let again = try await LogBackend.open(copy)
            let job = NewJob(kind: "a", payload: JobPayload(bytes: [1]))
            let next = try await again.enqueue([job]).map(\.record.id)
            try await again.close()
            #expect(next.allSatisfy { $0.rawValue > 9 })
            let absent = try message(["show", "9", copy])
            #expect(absent == "there is no job 9 in \(copy); see logjobs list")
        }
    }

    /// What a call fails with.
    private func message(_ call: [String]) throws -> String {
        let error = #expect(throws: UsageError.self) {
            try CommandParser.invocation(call).report()
        }
        return try #require(error).message
    }

    @Test("a text from the store is no formula, and no more than a cell")
    func cells() {
        var row = CSVRow(["a"])
        row.add(text: "=1+1")
        row.add(text: "say \"no\", or\nyes")
        row.add(text: nil)
        row.add(word: "-1")
        #expect(row.line == "a,'=1+1,\"say \"\"no\"\", or\\nyes\",,-1\r")
    }

    @Test(
        "a formula is one whatever stands before it or on it, and in any form",
        arguments: [
            "=1+1", "+1", "-1", "@SUM(A1)", "=\u{301}1+1", "=\u{200D}HYPERLINK(A1)", "\u{FF1D}1+1",
            "\u{FE66}1+1",
            "\u{FF0B}1", "\u{FF0D}1", "\u{FF20}A1", " =1+1", "\u{A0}=1+1", "\u{FEFF}=1+1", "\t=1",
            "\r=1",
        ]
    )
    func formulas(text: String) {
        var row = CSVRow()
        row.add(text: text)
        #expect(row.line.hasPrefix("'"), "\(row.line)")
    }

    @Test("a semicolon does not begin another cell")
    func semicolons() {
        var row = CSVRow()
        row.add(text: "x;=1+1")
        #expect(row.line == "\"x;=1+1\"\r")
    }

    @Test("the bar is as long whatever it shows")
    func bar() {
        #expect(ProgressBar.line(0).count == ProgressBar.line(100).count)
        #expect(ProgressBar.line(50).contains("] " + " 50 %"))
    }

    /// A store with three jobs of three kinds, events 2 to 4, a day ago by its own clock.
    private func withStore(
        _ body: (LogBackend, String) async throws -> Void
    ) async throws {
        let folder = NSTemporaryDirectory() + "logjobs-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var configuration = LogBackend.Configuration()
        configuration.runsUpkeep = false
        let backend = try await LogBackend.open(
            folder,
            configuration: configuration,
            clock: ManualClock()
        )
        for kind in ["b", "a", "c"] {
            _ = try await backend.enqueue([NewJob(kind: kind, payload: JobPayload(bytes: [1]))])
        }
        try await body(backend, folder)
        await backend.abandonAndWait()
    }
}
