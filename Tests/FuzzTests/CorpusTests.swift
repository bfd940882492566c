import Foundation
import FuzzTargets
import LogJobsTesting
import Testing

@Suite("Corpus")
struct CorpusTests {
    /// Inputs that fuzzing begins with, and all that has ever failed.
    private static let corpus = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Corpus")

    @Test(
        "no input of the corpus traps its target or lacks a property",
        arguments: FuzzTarget.all.map(\.name)
    )
    func survives(_ name: String) throws {
        let target = try #require(FuzzTarget.named(name))
        let folder = Self.corpus.appending(path: name)
        let inputs = try FileManager.default.contentsOfDirectory(
            at: folder,
            includingPropertiesForKeys: nil
        )
        #expect(!inputs.isEmpty)
        for input in inputs { target.run(Array(try Data(contentsOf: input))) }
        target.run([])
    }

    @Test("events that are changed at random are read the same in every way, or in none")
    func changedEvents() throws {
        let environment = ProcessInfo.processInfo.environment
        let seed = environment["LOGJOBS_SEED"].flatMap { UInt64($0) } ?? .random(in: 0..<1 << 32)
        print("Changed events, LOGJOBS_SEED=\(seed)")
        var generator = SeededGenerator(seed: seed)
        let target = try #require(FuzzTarget.named("events"))
        let folder = Self.corpus.appending(path: "events")
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
            let input = Array(try Data(contentsOf: folder.appending(path: name)))
            guard input.count > 10 else { continue }
            for _ in 0..<200 {
                var changed = input
                for _ in 0...Int.random(in: 0..<3, using: &generator) {
                    let place = Int.random(in: 0..<changed.count, using: &generator)
                    changed[place] = .random(in: 0...255, using: &generator)
                }
                target.run(changed)
            }
        }
    }
}
