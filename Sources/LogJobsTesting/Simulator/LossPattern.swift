/// What of the pending operations is on the disk after the power failed.
///
/// Operations are numbered as in ``SimulatedFileSystem/pendingOperations``, the order of the calls.
/// Those kept are carried out in that order, so losing an earlier and keeping a later one is what a
/// disk that reorders looks like.
package enum LossPattern: Hashable, Sendable {
    /// Only what was synced.
    case nothing
    /// All of it, as if the power had failed a minute later.
    case everything
    /// Operation `i` is kept when bit `i` is set; for up to 64 operations.
    case subset(UInt64)
    /// The first so many.
    case first(Int)
    /// Some, chosen by the seed: how many in all varies from none to nearly all.
    case random(seed: UInt64, tearing: Tearing = .none)
    /// As ``random(seed:tearing:)`` with torn sectors; and each block that a write was on its way
    /// to may have anything in it, also where the write did not reach: overwrites are not
    /// power-safe.
    case harming(seed: UInt64)

    /// How a write that is kept may be kept in part.
    package enum Tearing: Hashable, Sendable, CaseIterable {
        /// A write is there or not.
        case none
        /// Each 512-byte sector of the file by itself.
        case sectors
        /// Up to some byte, or from it on.
        case bytes
    }

    /// The unit that a disk writes whole.
    package static let sectorSize = 512
    /// What a disk without power-safe overwrites may harm together.
    package static let blockSize = 4096
}

/// Decides, operation by operation, what a pattern keeps.
struct LossDecision {
    /// What is kept of a write.
    struct KeptWrite {
        var parts: [Range<Int>]
        /// Whether the file has grown to the write's end, whatever parts of it are there.
        var keepsSize: Bool
    }

    private let pattern: LossPattern
    private var generator: SeededGenerator
    /// Of 8 operations so many are kept.
    private var odds = 0

    init(_ pattern: LossPattern) {
        self.pattern = pattern
        switch pattern {
        case .random(let seed, _), .harming(let seed):
            generator = SeededGenerator(seed: seed)
            odds = Int.random(in: 0...7, using: &generator)
        case .nothing, .everything, .subset, .first: generator = SeededGenerator(seed: 0)
        }
    }

    /// Which bytes of a file are lost with a write that was on its way, and what is there instead.
    mutating func harm(offset: Int, count: Int) -> [(offset: Int, bytes: [UInt8])] {
        guard case .harming = pattern, count > 0 else { return [] }
        let size = LossPattern.blockSize
        var harmed: [(offset: Int, bytes: [UInt8])] = []
        for block in offset / size...(offset + count - 1) / size {
            guard Int.random(in: 0..<4, using: &generator) == 0 else { continue }
            let bytes = (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }
            harmed.append((block * size, bytes))
        }
        return harmed
    }

    /// Whether the operation with this number is kept.
    mutating func keeps(_ index: Int) -> Bool {
        switch pattern {
        case .nothing: false
        case .everything: true
        case .subset(let bits): bits >> UInt64(index) & 1 == 1
        case .first(let count): index < count
        case .random, .harming: Int.random(in: 0..<8, using: &generator) < odds
        }
    }

    /// What is kept of a write that is not wholly lost.
    mutating func keptParts(offset: Int, count: Int) -> KeptWrite {
        let whole = KeptWrite(parts: [0..<count], keepsSize: true)
        let tearing: LossPattern.Tearing =
            switch pattern {
            case .random(_, let tearing): tearing
            case .harming: .sectors
            case .nothing, .everything, .subset, .first: .none
            }
        guard tearing != .none else { return whole }
        guard Bool.random(using: &generator) else { return whole }
        let parts = tearing == .sectors ? sectors(offset: offset, count: count) : cut(count: count)
        return KeptWrite(parts: parts, keepsSize: Bool.random(using: &generator))
    }

    /// Some of the write's sectors; sectors are those of the file, so the first may be a part.
    private mutating func sectors(offset: Int, count: Int) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var start = 0
        while start < count {
            let position = offset + start
            let rest = LossPattern.sectorSize - position % LossPattern.sectorSize
            let end = min(count, start + rest)
            if Bool.random(using: &generator) { parts.append(start..<end) }
            start = end
        }
        return parts
    }

    /// One side of a byte.
    private mutating func cut(count: Int) -> [Range<Int>] {
        let byte = Int.random(in: 0...count, using: &generator)
        return Bool.random(using: &generator) ? [0..<byte] : [byte..<count]
    }
}
