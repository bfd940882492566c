import Foundation
import FuzzTargets
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
}
