import LazyJobs
import LogJobs
import LogJobsTesting

/// Flips bits of the files of a store, and judges what opening it makes of each.
struct FlipSweep: Sendable {
    /// The store without a flip: a copy that shares its pages with all that are damaged.
    let store: TestStore
    /// What is shown without a flip.
    let whole: StoreView
    /// What is shown without the last commit, if that may be lost.
    private let before: StoreView?

    /// - Parameter before: What is shown without the last commit; `nil` when it must not be lost.
    init(_ store: TestStore, before: StoreView? = nil) throws {
        // As long as a write is pending, the cache would undo a flip in what it has written.
        self.store = TestStore(store.disk.crashed(keeping: .everything))
        self.before = before
        whole = try StoreView(try self.store.read())
    }

    func run(_ flips: [FlippedBit]) async throws -> FlipTally {
        // Files differ in cost, so each task takes every other flip.
        try await withThrowingTaskGroup(of: FlipTally.self) { group in
            for parity in 0..<2 {
                group.addTask {
                    var tally = FlipTally()
                    for index in stride(from: parity, to: flips.count, by: 2) {
                        try await judge(flips[index], &tally)
                    }
                    return tally
                }
            }
            return try await group.reduce(into: FlipTally()) { $0.add($1) }
        }
    }

    private func judge(_ flip: FlippedBit, _ tally: inout FlipTally) async throws {
        let damaged = damaged(flip)
        do throws(LogStoreError) {
            let backend = try await damaged.open(pid: 9)
            try judge(backend, damaged, flip, &tally)
            await backend.abandonAndWait()
        } catch {
            try judge(error, damaged, flip, &tally)
        }
        // Each read has its buffer: none is larger than a file, whatever a length says.
        let sizes = damaged.disk.calls.filter { $0.call == .read }.compactMap(\.size)
        if sizes.contains(where: { $0 > 64 << 10 }) {
            tally.failures.append("\(flip): reads of \(sizes) bytes")
        }
    }

    private func damaged(_ flip: FlippedBit) -> TestStore {
        let damaged = store.copy()
        damaged.disk.flipBit(of: flip.path, flip.bit)
        return damaged
    }

    private func judge(
        _ backend: LogBackend,
        _ damaged: TestStore,
        _ flip: FlippedBit,
        _ tally: inout FlipTally
    ) throws(LogStoreError) {
        do {
            let reader = try self.damaged(flip).read()
            let view = try StoreView(reader)
            let isTorn = view != whole
            let reports = [reader.report, backend.recoveryReport]
            guard !isTorn || view == before && reports.allSatisfy({ $0.tornTail != nil }) else {
                tally.failures.append("\(flip): another state")
                return
            }
            guard try StoreView(try damaged.read()).isReopened(view) else {
                tally.failures.append("\(flip): another state for the writer")
                return
            }
            tally.add(isTorn ? .torn : .harmless, flip)
        } catch {
            tally.failures.append("\(flip): \(error)")
        }
    }

    private func judge(
        _ error: LogStoreError,
        _ damaged: TestStore,
        _ flip: FlippedBit,
        _ tally: inout FlipTally
    ) throws(LogStoreError) {
        guard tellsPlace(error, flip), damaged.disk.openPaths.isEmpty else {
            tally.failures.append("\(flip): \(error), open: \(damaged.disk.openPaths)")
            return
        }
        // Both read by the same code; the reader is asked for one bit of each byte.
        guard flip.isDiagonal else {
            tally.add(.refused, flip)
            return
        }
        do throws(LogStoreError) {
            _ = try self.damaged(flip).read()
            tally.failures.append("\(flip): a reader accepts it")
        } catch {
            if tellsPlace(error, flip) {
                tally.add(.refused, flip)
            } else {
                tally.failures.append("\(flip): reader: \(error)")
            }
        }
    }

    private func tellsPlace(_ error: LogStoreError, _ flip: FlippedBit) -> Bool {
        error.file.map(TestStore.path) == flip.path && error.offset != nil
    }
}

// MARK: - Which bits

extension FlipSweep {
    /// Behind what is written, where a frame's header would begin: read more closely than the rest.
    private static let marginSize = 64

    /// Every bit of every file.
    var allBits: [FlippedBit] {
        paths.flatMap { path in bits(of: path, in: 0..<size(of: path)) }
    }

    /// Every bit of what is written into each file, and of the 64 bytes behind it.
    var writtenBits: [FlippedBit] {
        paths.flatMap { path in bits(of: path, in: 0..<writtenEnd(of: path)) }
    }

    /// Bits of what ``writtenBits`` leaves out, which is zeros: so many of each file.
    func restBits(perFile count: Int, seed: UInt64) -> [FlippedBit] {
        var generator = SeededGenerator(seed: seed)
        return paths.flatMap { path -> [FlippedBit] in
            let rest = 8 * writtenEnd(of: path)..<8 * size(of: path)
            guard !rest.isEmpty else { return [] }
            return (0..<count).map { _ in
                FlippedBit(path: path, bit: Int.random(in: rest, using: &generator))
            }
        }
    }

    var paths: [String] {
        store.disk.paths.filter { !$0.hasSuffix("/") }
    }

    /// Where the zeros begin that ``writtenBits`` leaves out.
    func writtenEnd(of path: String) -> Int {
        let bytes = store.disk.bytes(of: path) ?? []
        let written = (bytes.lastIndex { $0 != 0 } ?? -1) + 1
        return min(bytes.count, (written + 7) / 8 * 8 + Self.marginSize)
    }

    private func size(of path: String) -> Int {
        store.disk.bytes(of: path)?.count ?? 0
    }

    func bits(of path: String, in bytes: Range<Int>) -> [FlippedBit] {
        (8 * bytes.lowerBound..<8 * bytes.upperBound).map { FlippedBit(path: path, bit: $0) }
    }
}
