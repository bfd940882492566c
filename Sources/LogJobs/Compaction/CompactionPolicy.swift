/// Decides which segments are retired, from how much of each is needed.
///
/// What is needed of the oldest is copied to the head of the log, again and again while it lives.
/// With a log of r times what is needed, that is one byte copied for r - 1 bytes that are let go:
/// the larger the log may be, the less is written.
package struct CompactionPolicy: Sendable {
    /// A segment, as far as this is concerned.
    struct Segment: Sendable, Hashable {
        var bytes: UInt64
        /// Which share of it is needed, from 0 to 1.
        var liveShare: Double
    }

    /// How much larger than what is needed the sealed segments may be.
    var ratio = 2.4
    /// With less to be let go, nothing is done.
    package var deadBytesMin: UInt64 = 2 << 20
    /// About how much is retired at a time, unless one segment is larger.
    var batchBytesMax: UInt64 = 64 << 20
    var batchCountMax = 1024

    package init() {}

    /// With archives so small that few of them stand for what is kept.
    func keeping(_ archive: ArchivePolicy) -> Self {
        var policy = self
        policy.batchBytesMax = min(batchBytesMax, archive.archiveBytesMax)
        return policy
    }

    /// How many of the oldest segments are to be retired now, of all, the active one last.
    func count(of segments: [Segment]) -> Int {
        let live = segments.reduce(0) { $0 + Double($1.bytes) * $1.liveShare }
        let sealed = segments.dropLast()
        var rest = Double(sealed.reduce(0) { $0 + $1.bytes })
        guard rest - live >= Double(deadBytesMin) else { return 0 }
        let count = sealed.prefix { segment in
            guard rest > ratio * live else { return false }
            rest -= Double(segment.bytes)
            return true
        }.count
        return min(count, batch(of: sealed))
    }

    /// How many of the oldest are to be retired on a full disk, where every bit of room counts:
    /// those of which nothing is needed, or one if most of it is not.
    func countWhenFull(of segments: [Segment]) -> Int {
        let sealed = segments.dropLast()
        let count = sealed.prefix { $0.liveShare == 0 }.count
        guard count == 0 else { return min(count, batch(of: sealed)) }
        return sealed.first.map { $0.liveShare < 0.5 } ?? false ? 1 : 0
    }

    /// How many of the oldest segments are retired together.
    func batch(of sealed: some Collection<Segment>) -> Int {
        var bytes: UInt64 = 0
        let count = sealed.prefix(batchCountMax).prefix { segment in
            bytes += segment.bytes
            return bytes <= batchBytesMax
        }.count
        return max(count, min(1, sealed.count))
    }
}
