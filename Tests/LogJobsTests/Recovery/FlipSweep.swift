import LazyJobs
import LogJobs
import LogJobsTesting

/// Flips bits of all files of a store, and judges what opening it makes of each.
struct FlipSweep: Sendable {
    /// What became of the flips.
    struct Tally: Sendable, CustomStringConvertible {
        var refusedCount = 0
        var harmlessCount = 0
        var tornCount = 0
        /// What must not be: another state, or an error that does not say where.
        var failures: [String] = []

        var description: String {
            "\(refusedCount) refused, \(harmlessCount) harmless, \(tornCount) torn, "
                + "\(failures.count) wrong \(failures.prefix(5))"
        }

        mutating func add(_ other: Tally) {
            refusedCount += other.refusedCount
            harmlessCount += other.harmlessCount
            tornCount += other.tornCount
            failures += other.failures
        }
    }

    /// A bit of a file.
    struct Flip: Sendable {
        var path: String
        var bit: Int
    }

    private let store: TestStore
    private let whole: StoreContent
    /// The content without the last commit, if that may be lost.
    private let before: StoreContent?

    init(_ store: TestStore, before: StoreContent?) throws {
        self.store = store
        self.before = before
        whole = try StoreContent(try store.read())
    }

    func run() async throws -> Tally {
        let all = store.disk.paths.filter { !$0.hasSuffix("/") }.flatMap(flips)
        // Beginnings and sealed segments are judged alike whether a store was closed or not.
        let flips = all.filter { flip in
            before == nil
                || flip.path == TestStore.path(2) && flip.bit >= 8 * SegmentHeader.size
        }
        let half = flips.count / 2
        // Files differ in cost, so each task takes every other flip.
        return try await withThrowingTaskGroup(of: Tally.self) { group in
            for parity in 0..<2 {
                group.addTask {
                    var tally = Tally()
                    for index in 0...half where 2 * index + parity < flips.count {
                        try await judge(flips[2 * index + parity], &tally)
                    }
                    return tally
                }
            }
            return try await group.reduce(into: Tally()) { $0.add($1) }
        }
    }

    private func flips(of path: String) -> [Flip] {
        let bytes = store.disk.bytes(of: path) ?? []
        let written = (bytes.lastIndex { $0 != 0 } ?? -1) + 1
        let dense = min(bytes.count, (written + 7) / 8 * 8 + 64)
        let every = (0..<dense * 8).map { Flip(path: path, bit: $0) }
        let words = stride(from: dense, to: bytes.count, by: 72).map { offset in
            Flip(path: path, bit: offset * 8 + offset / 72 * 11 % 64)
        }
        return every + words.filter { $0.bit < bytes.count * 8 }
    }

    private func judge(_ flip: Flip, _ tally: inout Tally) async throws {
        let damaged = store.copy()
        damaged.disk.flipBit(of: flip.path, flip.bit)
        do throws(LogStoreError) {
            let reader = try damaged.read()
            try await judge(accepted: reader, damaged, flip, &tally)
        } catch {
            try await judge(error, damaged, flip, &tally)
        }
    }

    private func judge(
        accepted reader: LogReader,
        _ damaged: TestStore,
        _ flip: Flip,
        _ tally: inout Tally
    ) async throws(LogStoreError) {
        do {
            let content = try StoreContent(reader)
            let isTorn = content != whole
            guard !isTorn || content == before && reader.report.tornTail != nil else {
                tally.failures.append("\(flip): another state")
                return
            }
            let backend = try await damaged.open(pid: 9)
            let events = try StoreContent(try damaged.read()).events
            let isKept = events.dropLast() == content.events[...]
            guard isKept, (backend.recoveryReport.tornTail != nil) || !isTorn else {
                tally.failures.append("\(flip): another state for the writer")
                return
            }
            await backend.abandonAndWait()
            if isTorn { tally.tornCount += 1 } else { tally.harmlessCount += 1 }
        } catch {
            tally.failures.append("\(flip): \(error)")
        }
    }

    private func judge(
        _ error: LogStoreError,
        _ damaged: TestStore,
        _ flip: Flip,
        _ tally: inout Tally
    ) async throws {
        guard error.file.map(TestStore.path) == flip.path, error.offset != nil,
            damaged.disk.openPaths.isEmpty
        else {
            tally.failures.append("\(flip): \(error), open: \(damaged.disk.openPaths)")
            return
        }
        // Both read by the same code; the writer is asked for one bit of each byte.
        guard flip.bit % 8 == flip.bit / 8 % 8 else {
            tally.refusedCount += 1
            return
        }
        do throws(LogStoreError) {
            let backend = try await damaged.open(pid: 9)
            await backend.abandonAndWait()
            tally.failures.append("\(flip): the writer accepts it")
        } catch {
            let isSame = error.file.map(TestStore.path) == flip.path && error.offset != nil
            if isSame {
                tally.refusedCount += 1
            } else {
                tally.failures.append("\(flip): writer: \(error)")
            }
        }
    }
}
