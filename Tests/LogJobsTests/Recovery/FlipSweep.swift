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

    /// Takes a store, whose last commit may be lost if it is said what is shown without it.
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
    /// Next to what is written, where a frame's header would begin; read more closely than the
    /// rest.
    private static let marginSize = 64

    /// Every bit of every file.
    var allBits: [FlippedBit] {
        paths.flatMap { path in bits(of: path, in: 0..<size(of: path)) }
    }

    /// Every bit of what is written into each file, and of the zeros that are next to it.
    var writtenBits: [FlippedBit] {
        paths.flatMap { path in
            writtenBytes(of: path).ranges.flatMap { bits(of: path, in: $0) }
        }
    }

    /// Some bits of each run of zeros that ``writtenBits`` leaves out.
    func zeroBits(perRun count: Int, seed: UInt64) -> [FlippedBit] {
        var generator = SeededGenerator(seed: seed)
        return paths.flatMap { path in
            let zeros = RangeSet(0..<size(of: path)).subtracting(writtenBytes(of: path))
            return zeros.ranges.flatMap { run in
                (0..<count).map { _ in
                    let bits = 8 * run.lowerBound..<8 * run.upperBound
                    return FlippedBit(path: path, bit: .random(in: bits, using: &generator))
                }
            }
        }
    }

    func bits(of path: String, in bytes: Range<Int>) -> [FlippedBit] {
        (8 * bytes.lowerBound..<8 * bytes.upperBound).map { FlippedBit(path: path, bit: $0) }
    }

    private var paths: [String] {
        store.disk.paths.filter { !$0.hasSuffix("/") }
    }

    private func size(of path: String) -> Int {
        store.disk.bytes(of: path)?.count ?? 0
    }

    private func writtenBytes(of path: String) -> RangeSet<Int> {
        let bytes = store.disk.bytes(of: path) ?? []
        var written = RangeSet<Int>()
        for (index, byte) in bytes.enumerated() where byte != 0 {
            let margin = index - Self.marginSize..<index + 1 + Self.marginSize
            written.insert(contentsOf: margin.clamped(to: 0..<bytes.count))
        }
        return written
    }
}

// MARK: - What is expected

extension FlipSweep {
    /// What has to become of flips; it matters where the last commit begins, if it may be lost.
    func expected(_ flips: [FlippedBit], lastCommit: Int? = nil) throws -> FlipTally {
        let ends = try store.read().segments.map { 8 * Int($0.validEnd) }
        let first = TestStore.path(1)
        let last = TestStore.path(2)
        let lastCommit = lastCommit.map { 8 * $0 } ?? ends[1]
        var tally = FlipTally()
        for flip in flips {
            let verdict: FlipTally.Verdict =
                switch flip.path {
                case TestStore.path(Manifest.fileName): .refused
                case first: flip.bit < ends[0] ? .refused : .harmless
                case last where flip.bit < lastCommit: .refused
                case last where flip.bit < ends[1]: .torn
                default: .harmless
                }
            tally.add(verdict, flip)
        }
        return tally
    }
}
