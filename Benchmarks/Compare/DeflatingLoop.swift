import Dispatch
import Foundation
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
    private let lanes: [Lane]

    /// As large as those of the store, and as many as it shares among processors.
    private static let blockSize = 32 << 10
    private static let sharedCountMin = 4

    init(_ path: String) throws(CallError) {
        loop = try BareLoop(path)
        lanes = (0..<min(4, ProcessInfo.processInfo.activeProcessorCount)).map { _ in Lane() }
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
        let count = (raw.count + Self.blockSize - 1) / Self.blockSize
        guard count >= Self.sharedCountMin else { return lanes[0].deflate(raw) }
        let width = lanes.count
        DispatchQueue.concurrentPerform(iterations: width) { [lanes] number in
            for block in stride(from: number, to: count, by: width) {
                let start = block * Self.blockSize
                let bytes = Array(raw[start..<min(start + Self.blockSize, raw.count)])
                lanes[number].done.append(lanes[number].deflate(bytes))
            }
        }
        return lanes.flatMap { $0.takeDone() }
    }

    // SAFETY: only one thread at a time has one of them: that of the loop, or one of those that
    // deflate for it while it waits for them.
    private final class Lane: @unchecked Sendable {
        private var stream = DeflateStream()
        var done: [[UInt8]] = []

        func deflate(_ raw: [UInt8]) -> [UInt8] {
            var stored: [UInt8] = []
            _ = stream.append(raw, to: &stored)
            return stored
        }

        func takeDone() -> [UInt8] {
            defer { done.removeAll(keepingCapacity: true) }
            return Array(done.joined())
        }
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
