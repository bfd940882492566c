import LazyJobs
import LogJobs

/// The best that a log could do that deflates what it writes: a bare loop whose frames are payloads
/// of jobs, deflated one frame after the other as the store deflates its blocks, those of a large
/// frame on all processors, and nothing else.
///
/// No event, no index, no caller that waits: so it bounds every log with frames of as many jobs
/// whose writer deflates with zlib and waits for each sync.
final class DeflatingLoop {
    private let loop: BareLoop
    private let deflater = BlockDeflater(
        dictionary: [],
        sizeMin: DeflateStream.syncedSizeMin,
        .byProcessors
    )

    /// As large as those of the store.
    private static let blockSize = 32 << 10

    init(_ path: String) throws(CallError) {
        loop = try BareLoop(path)
    }

    /// Runs through frames, again and again.
    func run(count: Int, frames: [[UInt8]]) throws(CallError) -> Round {
        var next = 0
        return try loop.run(count: count) {
            defer { next += 1 }
            return deflate(frames[next % frames.count])
        }
    }

    /// Writes one frame, and syncs it.
    func append(_ raw: [UInt8]) throws(CallError) {
        try loop.append(deflate(raw))
    }

    private func deflate(_ raw: [UInt8]) -> [UInt8] {
        let blocks = stride(from: 0, to: raw.count, by: Self.blockSize).map { start in
            Array(raw[start..<min(start + Self.blockSize, raw.count)])
        }
        return deflater.deflate(blocks).flatMap(\.bytes)
    }
}

/// A loop that deflates and writes one frame after the other.
protocol FrameLoop: SendableMetatype {
    /// Deflates a frame and writes it; it or the one before it is durable then.
    func append(_ raw: [UInt8]) throws(CallError)

    /// Returns when all is durable.
    func finish() throws(CallError)
}

extension DeflatingLoop: FrameLoop {
    func finish() {}
}

extension UnawaitedLoop: FrameLoop {}

/// The least that a store with zlib does for those who call it: the payloads of all calls that
/// wait are one frame of the loop, and then each call is answered.
///
/// Nothing can be found again.
struct DeflatingQueue<Loop: FrameLoop>: CallTarget {
    private let loop: Loop
    private var raw: [UInt8] = []

    init(_ loop: Loop) {
        self.loop = loop
    }

    mutating func enqueue(_ jobs: [NewJob]) {
        for job in jobs { raw += job.payload.bytes }
    }

    mutating func commit<Answer>(_ body: (inout Self) throws -> Answer) throws -> Answer {
        raw.removeAll(keepingCapacity: true)
        let answer = try body(&self)
        try loop.append(raw)
        return answer
    }

    mutating func finish() throws { try loop.finish() }
}
