import Foundation
import LazyJobs
import LazyJobsTesting
import LogJobs
import LogJobsTesting
import Testing

// One after the other: together they would keep the threads from the tests that need them in time.
@Suite("A repair", .serialized)
struct RepairTests {
    @Test("of a whole store loses nothing but the histories", arguments: RepairProgram.all)
    func whole(program: RepairProgram) async throws {
        let oracle = try RepairOracle(try await program.run())
        let copy = oracle.store.copy()
        let report = try #require(try await oracle.check(copy, "no damage"))
        let names = try copy.disk.names(inFolder: RepairOracle.target)
        #expect(names.count { $0.hasPrefix("seg-") } > 1)
        #expect(report.isWhole)
        #expect(report.staleJobs.isEmpty)
        #expect(report.eventCount == oracle.logged.count)
        #expect(report.lastSequence == oracle.logged.last?.sequence)
        #expect(oracle.store.segments.count > (program.compacts ? 2 : 4))
        #expect(oracle.store.hasArchive == program.compacts)
    }

    @Test("goes without any one file, and names it", arguments: RepairProgram.all)
    func missingFile(program: RepairProgram) async throws {
        let oracle = try RepairOracle(try await program.run())
        for name in oracle.store.names {
            let damaged = oracle.store.copy()
            damaged.disk.removeFile(TestStore.path(name))
            let report = try await oracle.check(damaged, "\(name) removed")
            #expect(report?.damages.contains { $0.file == name && $0.bytes == nil } == true)
        }
    }

    @Test("goes on behind a flipped bit, and names it", arguments: RepairProgram.all)
    func flippedBit(program: RepairProgram) async throws {
        let oracle = try RepairOracle(try await program.run())
        var generator = SeededGenerator(seed: Self.seed("flips"))
        for name in oracle.store.names {
            let path = TestStore.path(name)
            let size = oracle.store.writtenSize(of: name)
            for start in stride(from: 0, to: size, by: 500) {
                let byte = Int.random(in: start..<min(start + 500, size), using: &generator)
                let bit = 8 * byte + Int.random(in: 0..<8, using: &generator)
                let damaged = oracle.store.copy()
                damaged.disk.flipBit(of: path, bit)
                try await oracle.check(damaged, "bit \(bit) of \(name) flipped")
            }
        }
    }

    @Test("uses what is before a cut", arguments: RepairProgram.all)
    func cut(program: RepairProgram) async throws {
        let oracle = try RepairOracle(try await program.run())
        var generator = SeededGenerator(seed: Self.seed("cuts"))
        for name in oracle.store.names {
            for _ in 0..<4 {
                let size = Int.random(
                    in: 0..<oracle.store.writtenSize(of: name),
                    using: &generator
                )
                let damaged = oracle.store.copy()
                let bytes = damaged.disk.bytes(of: TestStore.path(name)) ?? []
                damaged.disk.setBytes(of: TestStore.path(name), Array(bytes.prefix(size)))
                try await oracle.check(damaged, "\(name) cut to \(size) bytes")
            }
        }
    }

    @Test("uses what is around bytes that were overwritten", arguments: RepairProgram.all)
    func overwritten(program: RepairProgram) async throws {
        let oracle = try RepairOracle(try await program.run())
        var generator = SeededGenerator(seed: Self.seed("overwritten"))
        for _ in 0..<30 {
            let damaged = oracle.store.copy()
            let story = damaged.overwrite(using: &generator)
            try await oracle.check(damaged, story)
        }
    }

    @Test("invents nothing, whatever is wrong at once", arguments: RepairProgram.all)
    func severalAtOnce(program: RepairProgram) async throws {
        let oracle = try RepairOracle(try await program.run())
        var generator = SeededGenerator(seed: Self.seed("several"))
        for _ in 0..<30 {
            let damaged = oracle.store.copy()
            var stories: [String] = []
            for _ in 0..<Int.random(in: 2...5, using: &generator) {
                if Bool.random(using: &generator) {
                    stories.append(damaged.overwrite(using: &generator))
                } else if let name = damaged.names.randomElement(using: &generator) {
                    damaged.disk.removeFile(TestStore.path(name))
                    stories.append("\(name) removed")
                }
            }
            let story = stories.joined(separator: ", ")
            try await oracle.check(damaged, story, isSingle: false)
        }
    }

    /// Chosen by `LOGJOBS_SEED`, or at random.
    private static func seed(_ what: String) -> UInt64 {
        let chosen = ProcessInfo.processInfo.environment["LOGJOBS_SEED"].flatMap { UInt64($0) }
        let seed = chosen ?? .random(in: 0..<1 << 32)
        print("Repair, \(what): LOGJOBS_SEED=\(seed)")
        return seed
    }
}

extension TestStore {
    /// The files that count.
    fileprivate var names: [String] {
        disk.paths.compactMap { $0.split(separator: "/").last.map(String.init) }.filter {
            $0 == Manifest.fileName || SegmentID(fileName: $0) != nil
        }
    }

    fileprivate var hasArchive: Bool { disk.paths.contains { $0.contains("/arc-") } }

    fileprivate var segments: [String] { names.filter { $0 != Manifest.fileName } }

    /// How much of a file is not prepared zeros.
    fileprivate func writtenSize(of name: String) -> Int {
        let bytes = disk.bytes(of: Self.path(name)) ?? []
        return (bytes.lastIndex { $0 != 0 } ?? 0) + 1
    }

    /// Puts zeros or random bytes over a part of a file.
    fileprivate func overwrite(using generator: inout SeededGenerator) -> String {
        guard let name = names.randomElement(using: &generator) else { return "" }
        var bytes = disk.bytes(of: Self.path(name)) ?? []
        guard !bytes.isEmpty else { return "" }
        let start = Int.random(in: 0..<writtenSize(of: name), using: &generator)
        let length = Int.random(in: 1...2000, using: &generator)
        let end = min(bytes.count, start + length)
        let isZero = Bool.random(using: &generator)
        for index in start..<end {
            bytes[index] = isZero ? 0 : UInt8.random(in: 0...255, using: &generator)
        }
        disk.setBytes(of: Self.path(name), bytes)
        return "\(name) overwritten from \(start) to \(end)"
    }
}
