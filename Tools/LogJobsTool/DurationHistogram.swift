import LazyJobs

/// How long many things took, in little memory.
///
/// A percentile is right to one in 128 of itself, and never more than the longest.
struct DurationHistogram: Equatable {
    private static let stepBits = 7

    private var counts: [Int: Int] = [:]
    private(set) var count = 0
    private(set) var longest = Duration.zero

    /// Adds one; a negative time, which a clock that was set back gives, counts as none.
    mutating func add(_ duration: Duration) {
        counts[Self.step(of: UInt64(max(0, duration.wholeMicroseconds))), default: 0] += 1
        count += 1
        longest = max(longest, duration)
    }

    mutating func add(_ other: Self) {
        counts.merge(other.counts, uniquingKeysWith: +)
        count += other.count
        longest = max(longest, other.longest)
    }

    /// The least time that so many in a hundred did not exceed; `nil` without any.
    func percentile(_ percent: Int) -> Duration? {
        guard count > 0 else { return nil }
        var rest = max(1, (count * percent + 99) / 100)
        for (step, number) in counts.sorted(by: { $0.key < $1.key }) {
            rest -= number
            if rest <= 0 { return min(longest, .microseconds(Int64(Self.end(of: step)))) }
        }
        return longest
    }

    /// Below 256 each number has a step of its own; above, each power of two has 128.
    private static func step(of value: UInt64) -> Int {
        let shift = max(0, UInt64.bitWidth - value.leadingZeroBitCount - stepBits - 1)
        return shift << stepBits + Int(value >> UInt64(shift))
    }

    /// The greatest number in a step.
    private static func end(of step: Int) -> UInt64 {
        guard step >= 2 << stepBits else { return UInt64(step) }
        let shift = step >> stepBits - 1
        let value = UInt64(step - shift << stepBits)
        return (value + 1) << UInt64(shift) - 1
    }
}
