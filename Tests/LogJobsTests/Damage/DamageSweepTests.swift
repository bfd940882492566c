import Foundation
import LazyJobs
import LazyJobsTesting
import LogJobs
import LogJobsTesting
import Testing

/// What a store with archives and checkpoints makes of damage: says so, or answers as before.
///
/// With `LOGJOBS_DAMAGES` in the environment so many things happen in place of as many as fit into
/// a run of all tests; `LOGJOBS_SEED` chooses them.
@Suite("Damage to any file")
struct DamageSweepTests {
    private static let damageCount = 4_000

    @Test("by a flipped bit of an archive or a checkpoint is detected, each one")
    func flips() async throws {
        let damaged = try await DamagedStore(seed: 1, isClosed: true)
        let paths = damaged.store.disk.paths.filter { path in
            path.contains("/arc-") || path.contains("/ckp-")
        }
        #expect(paths.count > 3)
        let flips = paths.flatMap { path in
            (0..<8 * (damaged.store.disk.bytes(of: path)?.count ?? 0)).map { bit in
                FlippedBit(path: path, bit: bit)
            }
        }
        print("Flips of archives and checkpoints: \(flips.count)")
        try await Self.inTwo(flips.count) { index in
            let flip = flips[index]
            let copy = damaged.store.copy()
            copy.disk.flipBit(of: flip.path, flip.bit)
            do {
                // One of each byte's bits stands for all where much is to be read.
                let isThorough = flip.bit % 64 == flip.bit / 64 % 64
                let verdict = try await damaged.judge(copy, isThorough: isThorough)
                #expect(verdict == .detected, "\(flip)")
            } catch let wrong as DamagedStore.Wrong {
                Issue.record("\(flip): \(wrong.answer)")
            }
        }
    }

    @Test("of any kind is detected, or changes no answer", arguments: [true, false])
    func damages(isClosed: Bool) async throws {
        let environment = ProcessInfo.processInfo.environment
        let count = environment["LOGJOBS_DAMAGES"].flatMap { Int($0) } ?? Self.damageCount
        let seed = environment["LOGJOBS_SEED"].flatMap { UInt64($0) } ?? .random(in: 0..<1 << 32)
        print("Damages: \(count) of a store \(isClosed ? "" : "not ")closed, LOGJOBS_SEED=\(seed)")
        let damaged = try await DamagedStore(seed: seed % 16, isClosed: isClosed)
        let tally = Tally()
        try await Self.inTwo(count) { index in
            var generator = SeededGenerator(seed: seed &+ UInt64(index))
            let copy = damaged.store.copy()
            let damage = Damage.allCases[index % Damage.allCases.count]
            let story = damage.strike(copy, stale: damaged.stale, using: &generator)
            do {
                let verdict = try await damaged.judge(copy, isThorough: index % 8 == 0)
                await tally.add(damage, verdict)
            } catch let wrong as DamagedStore.Wrong {
                Issue.record("\(seed &+ UInt64(index)), \(story): \(wrong.answer)")
            }
        }
        let counts = await tally.counts
        print("Damages: \(counts)")
        for damage in Damage.allCases where count >= 1_000 {
            #expect(counts["\(damage) \(DamagedStore.Verdict.detected)", default: 0] > 0)
        }
    }

    private actor Tally {
        private(set) var counts: [String: Int] = [:]

        func add(_ damage: Damage, _ verdict: DamagedStore.Verdict) {
            counts["\(damage) \(verdict)", default: 0] += 1
        }
    }

    private static func inTwo(
        _ count: Int,
        _ body: @escaping @Sendable (Int) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for parity in 0..<2 {
                group.addTask {
                    for index in stride(from: parity, to: count, by: 2) {
                        try await body(index)
                        // Nothing in here waits: other tests would.
                        await Task.yield()
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
