import Foundation
import LazyJobs

/// Compares what the jobs made with the files it was made from, byte for byte.
struct Comparison {
    let output: Output
    private var findings: [String] = []

    init(output: Output) {
        self.output = output
    }

    /// Prints what it finds.
    ///
    /// - Returns: Whether every comparison held.
    mutating func run() throws -> Bool {
        let books = try Bookkeeping(output)
        findings += books.surprises
        try compareInputs(with: books.entries)
        findings += try output.leftoverDrafts().map { "\($0) is a draft that was left over" }
        var equal: [CompressFile.Outcome] = []
        var unreadable: [String] = []
        for entry in books.entries {
            switch judge(entry) {
            case .equal(let outcome): equal.append(outcome)
            case .unreadable(let reason): unreadable.append(reason)
            case .wrong(let reason): findings.append("job \(entry.id), \(entry.input): \(reason)")
            }
        }
        say(equal)
        let succeeded = Console.count(books.entries.count { $0.successCount == 1 }, "job")
        Console.say("\(succeeded) succeeded, each exactly once by the log")
        let interrupted = Console.count(books.interrupted.count, "job")
        Console.say("interrupted by the kill, and run again: \(interrupted)")
        report("unreadable, and so discarded", "file", unreadable)
        report("wrong", "thing", findings)
        return findings.isEmpty
    }

    private func say(_ equal: [CompressFile.Outcome]) {
        let files = Console.count(equal.count, "file")
        let before = equal.reduce(0) { $0 + $1.input.size }
        let after = equal.reduce(0) { $0 + $1.size }
        Console.say("\(files) decompressed and compared byte for byte: equal")
        Console.say("\(before) bytes had become \(after)")
    }

    private func report(_ title: String, _ noun: String, _ items: [String]) {
        guard !items.isEmpty else { return }
        Console.say("\(Console.count(items.count, noun)) \(title):")
        for item in items { Console.say("  \(item)") }
    }
}

extension Comparison {
    private enum Verdict {
        case equal(CompressFile.Outcome)
        case unreadable(String)
        case wrong(String)
    }

    /// Every file that was counted has one job, and no job is of another file.
    private mutating func compareInputs(with entries: [Bookkeeping.Entry]) throws {
        guard let inputs = try output.keptInputs() else {
            findings.append("there is no list of the files that were counted")
            return
        }
        var jobCounts: [BytePath: Int] = [:]
        for entry in entries { jobCounts[entry.input, default: 0] += 1 }
        for input in inputs where jobCounts.removeValue(forKey: input) != 1 {
            findings.append("\(input) was counted, and has not exactly one job in the log")
        }
        findings += jobCounts.keys.sorted().map { "\($0) has a job, and was never counted" }
    }

    private func judge(_ entry: Bookkeeping.Entry) -> Verdict {
        if let reason = entry.discardReason, entry.successCount == 0 {
            let prefix = Compressor.unreadable
            return reason.hasPrefix(prefix)
                ? .unreadable(String(reason.dropFirst(prefix.count)))
                : .wrong("discarded: \(reason)")
        }
        guard entry.successCount == 1, let outcome = entry.outcome else {
            return .wrong("succeeded \(entry.successCount) times by the log")
        }
        do {
            return try compare(entry, outcome)
        } catch {
            return .wrong("cannot be compared any more: \(error)")
        }
    }

    private func compare(
        _ entry: Bookkeeping.Entry,
        _ outcome: CompressFile.Outcome
    ) throws -> Verdict {
        let input = try OpenFile(reading: entry.input)
        let result = try OpenFile(reading: output.result(of: entry.id, from: entry.input))
        if try areEqual(input, GzipReader(result)) { return .equal(outcome) }
        let isChanged = try input.stamp() != outcome.input
        return .wrong(
            isChanged
                ? "the file was changed after it was compressed; try a folder at rest"
                : "what was made of it is not equal to it"
        )
    }

    private func areEqual(_ input: OpenFile, _ result: GzipReader) throws -> Bool {
        var left = [UInt8](repeating: 0, count: bufferSize)
        var right = left
        while true {
            let leftCount = try input.read(into: &left)
            let rightCount = try result.read(into: &right)
            guard leftCount == rightCount, left[..<leftCount] == right[..<rightCount] else {
                return false
            }
            if leftCount < bufferSize { return true }
        }
    }
}
