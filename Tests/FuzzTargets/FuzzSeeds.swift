package import Foundation
import JobLedger
import LazyJobs
import LogJobs

/// Where fuzzing begins: inputs made of the golden stores, in a folder for each target.
package struct FuzzSeeds {
    private let corpus: URL

    /// Writes the inputs.
    ///
    /// - Parameters:
    ///   - corpus: The folder with a folder for each target.
    ///   - fixtures: The folder of golden stores.
    /// - Throws: What reading and writing files throws.
    package static func write(to corpus: URL, from fixtures: URL) throws {
        let seeds = FuzzSeeds(corpus: corpus)
        for name in ["closed", "unfinished"] {
            let url = fixtures.appending(path: "\(name).txt")
            let files = seeds.files(try String(contentsOf: url, encoding: .utf8))
            try seeds.writeStore(name, files)
        }
        try seeds.writeTexts()
    }

    private func write(_ target: String, _ name: String, _ bytes: [UInt8]) throws {
        let folder = corpus.appending(path: target)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(bytes).write(to: folder.appending(path: name))
    }

    /// Reads a golden store: lines with a file's name and size, or with a place and bytes.
    private func files(_ text: String) -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        var name = ""
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words[0] == "file" {
                name = String(words[1])
                files[name] = [UInt8](repeating: 0, count: Int(words[2]) ?? 0)
            } else if let start = Int(words[0]) {
                let digits = Array(words[1])
                let bytes = stride(from: 0, to: digits.count, by: 2).compactMap { index in
                    UInt8(String(digits[index..<index + 2]), radix: 16)
                }
                files[name]?.replaceSubrange(start..<start + bytes.count, with: bytes)
            }
        }
        return files
    }

    private func writeStore(_ name: String, _ files: [String: [UInt8]]) throws {
        var (contents, events): ([FolderTarget.File], [JobEvent]) = ([], [])
        for (fileName, bytes) in files.sorted(by: { $0.key < $1.key }) {
            if fileName == Manifest.fileName {
                try write("manifest", name, Array(bytes[...].withoutZerosBehind))
                contents.append(FolderTarget.File(.manifest, 0, bytes))
            } else if fileName == StoreLock.fileName {
                contents.append(FolderTarget.File(.lock, 0, bytes))
            } else if let id = SegmentID(fileName: fileName) {
                try write("segment", "\(name)-\(id)", SegmentBytes.input(of: bytes))
                contents.append(FolderTarget.File(.segment, UInt16(id.rawValue), bytes))
                // What was logged again is there twice.
                let last = events.last?.sequence ?? .zero
                events += try self.events(id, bytes).filter { $0.sequence > last }
            }
        }
        try write("folder", name, FolderTarget.input(contents))
        try writeEvents(name, events)
        try writeLedger(name, events)
    }

    private func events(_ id: SegmentID, _ bytes: [UInt8]) throws -> [JobEvent] {
        var scanner = try SegmentScanner(id, in: FileShelf([id.fileName: bytes]).folder)
        var events: [JobEvent] = []
        while case .frame(let frame) = try scanner.scan() {
            if frame.header.kind == .batch { events += try scanner.events(of: frame) }
        }
        return events
    }

    private func writeEvents(_ name: String, _ events: [JobEvent]) throws {
        for (number, part) in Self.epochs(of: events).enumerated() {
            try write("events", "\(name)-\(number)", EventsTarget.input(part))
            // One event at a time is easier to change.
            for event in part {
                try write("events", "\(name)-event-\(event.sequence)", EventsTarget.input([event]))
            }
        }
    }

    private static func epochs(of events: [JobEvent]) -> [[JobEvent]] {
        var parts: [[JobEvent]] = []
        for event in events {
            if let last = parts.last?.last, last.epoch == event.epoch,
                last.sequence.next == event.sequence
            {
                parts[parts.count - 1].append(event)
            } else {
                parts.append([event])
            }
        }
        return parts
    }

    private func writeLedger(_ name: String, _ events: [JobEvent]) throws {
        var ledger = JobLedger()
        ledger.beginSegment()
        for event in events { try ledger.apply(event) }
        var (sequence, parts) = CheckpointTarget.rawParts(of: ledger)
        parts.append((CheckpointDirectory.PartKind.places.rawValue, 1, [0, 128, 32, 4, 64]))
        try write("checkpoint", name, CheckpointTarget.input(sequence, parts))
        var encoder = ArchiveEncoder()
        var blocks = events.compactMap { encoder.add($0) }
        if let block = encoder.finishBlock() { blocks.append(block) }
        let pages = encoder.pages(
            of: ledger.frame.segments.flatMap(\.pruned.entries),
            first: SequenceNumber(rawValue: 1)
        )
        let input = ArchiveParts.input(blocks, pages, events, JobLedger().baseline())
        try write("archive", name, input)
    }

    private func writeTexts() throws {
        let times = [
            "17", "2026-01-31", "2026-01-31T12:00:00Z", "2026-01-31T12:00:00.123456789+05:30",
            "-90m", "-7d", "0001-01-01", "9999-12-31T23:59:59.999999Z", "2024-02-29T23:59:59-0130",
        ]
        for (number, text) in times.enumerated() {
            try write("times", "\(number)", Array(text.utf8))
        }
        let calls = [
            "list --state=running,retrying --kind mail -n 20 store",
            "errors --since -2h --until 2026-01-31 --error refused store",
            "stats --step 15m --queue q --tag eu --json store", "at -7d store", "help tail",
            "diff 3 2026-01-31T12:00:00Z store", "tail -f --limit=5 -- -store",
            "export events --since 9 store", "retry --state discarded --actor ann --yes store",
            "cancel 3 4 store", "dump --source s --running file store", "load file store",
            "prune --until -30d --reason old store", "backup store copy", "show 3 store",
        ]
        for (number, text) in calls.enumerated() {
            let lines = text.replacing(" ", with: "\n")
            try write("arguments", "\(number)", Array(lines.utf8))
        }
        for (number, text) in Self.dumpLines.enumerated() {
            try write("dump", "\(number)", Array(text.utf8))
        }
    }

    private static let dumpLines = [
        #"{"lazyjobs_dump":{"source":"s","version":1}}"#,
        #"{"paused_queue":"mail"}"#, #"{"lost_job":3}"#, #"{"end":{"jobs":7}}"#,
        #"{"job":{"encoding":"json","id":1,"kind":"k","max_attempts":25,"payload":"AAE=","#
            + #""queue":"q","attempt":2,"last_error":"e","priority":-3,"running":true,"#
            + #""run_at_us":1784885400000000,"timeout_us":5000000,"unique_key":"u","tags":["a"],"#
            + #""metadata":{"m":"n"},"waits_for":[1,2],"actor":"ann","version":2}}"#,
        #"{"schedule":{"interval_us":60000000,"job":{"encoding":"json","kind":"k","#
            + #""max_attempts":3,"payload":"","queue":"q","schedule_key":"x"},"key":"x","#
            + #""next_run_at_us":1784885400000000}}"#,
    ]
}
