import Testing

@testable import LogJobs

@Suite("What is compacted")
struct CompactionPolicyTests {
    private static let megabyte: UInt64 = 1 << 20

    private static func segments(_ shares: [Double]) -> [CompactionPolicy.Segment] {
        shares.map { CompactionPolicy.Segment(bytes: 10 * megabyte, liveShare: $0) }
    }

    @Test(
        "as many of the oldest as bring the log to its size, and no more",
        arguments: [
            ([], 0), ([1], 0), ([1, 1, 1], 0), ([0], 0),
            // The active one does not count.
            ([0, 0], 1), ([0, 0, 0, 1], 1), ([0, 0, 0, 0, 0, 1], 3),
            // All of it is needed.
            ([1, 1, 1, 1, 1, 1], 0),
            // Only the last of many is dead: nothing is done for so little.
            ([1, 1, 1, 0, 1], 0),
            ([0.2, 0.2, 0.2, 0.2, 0.2], 2),
        ] as [([Double], Int)]
    )
    func counts(shares: [Double], count: Int) {
        #expect(CompactionPolicy().count(of: Self.segments(shares)) == count)
    }

    @Test("nothing for a little that is dead")
    func little() {
        let small = CompactionPolicy.Segment(bytes: 1 << 19, liveShare: 0)
        #expect(CompactionPolicy().count(of: Array(repeating: small, count: 4)) == 0)
        #expect(CompactionPolicy().count(of: Array(repeating: small, count: 5)) == 4)
    }

    @Test("not too much at a time")
    func batches() {
        let large = CompactionPolicy.Segment(bytes: 40 << 20, liveShare: 0)
        #expect(CompactionPolicy().count(of: Array(repeating: large, count: 5)) == 1)
        let huge = CompactionPolicy.Segment(bytes: 400 << 20, liveShare: 0)
        #expect(CompactionPolicy().count(of: Array(repeating: huge, count: 5)) == 1)
        let tiny = CompactionPolicy.Segment(bytes: 8 << 10, liveShare: 0)
        #expect(CompactionPolicy().count(of: Array(repeating: tiny, count: 5000)) == 1024)
    }

    @Test("the log comes to rest, and what is written more than once stays bounded")
    func settles() {
        // Each round a segment of new jobs, nearly all of which end in the next; a fixed amount
        // lives for ever, and is carried round and round.
        let policy = CompactionPolicy()
        let forever = 60 * Double(Self.megabyte)
        var sealed: [(bytes: Double, live: Double)] = [(forever, forever)]
        var (written, carried) = (0.0, 0.0)
        for _ in 0..<2000 {
            var active = (bytes: 16 * Double(Self.megabyte), live: 0.0)
            written += active.bytes
            let all = (sealed + [active]).map {
                CompactionPolicy.Segment(bytes: UInt64($0.bytes), liveShare: $0.live / $0.bytes)
            }
            for segment in sealed.prefix(policy.count(of: all)) {
                active.bytes += segment.live
                active.live += segment.live
                carried += segment.live
            }
            sealed.removeFirst(policy.count(of: all))
            sealed.append(active)
        }
        let size = sealed.dropLast().reduce(0) { $0 + $1.bytes }
        #expect(size <= policy.ratio * forever + 100 * Double(Self.megabyte))
        #expect(carried <= 0.85 * written)
    }

    @Test("makes archives of which few stand for what is kept")
    func boundedArchives() {
        let archive = ArchivePolicy.keep(bytesMax: 32 << 20)
        #expect(CompactionPolicy().keeping(archive).batchBytesMax == 8 << 20)
        #expect(LogWriter.Sizes().archived(by: archive).segmentBytesMax == 8 << 20)
        #expect(LogWriter.Sizes().archived(by: .keep()) == LogWriter.Sizes())
        #expect(LogWriter.Sizes().archived(by: .keep(bytesMax: 1)).segmentBytesMax == 1 << 20)
    }
}
