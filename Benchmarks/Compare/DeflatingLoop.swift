import LazyJobs
import LogJobs

/// The best that a log could do that deflates what it writes: a bare loop whose frames are payloads
/// of jobs, deflated one frame after the other as the store deflates its blocks, and nothing else.
///
/// No event, no index, no caller that waits: so it bounds every log with frames of as many jobs
/// whose writer deflates with zlib and has one sync under way.
final class DeflatingLoop {
    private let loop: BareLoop
    /// What a frame each holds, inflated.
    private let frames: [[UInt8]]
    private var deflate = DeflateStream()
    private var next = 0

    init(_ path: String, _ jobs: SampleJobs, jobsPerFrame: Int) throws {
        loop = try BareLoop(path)
        frames = (0..<max(1, jobs.encoded.count / jobsPerFrame)).map { number in
            jobs.batch(number, jobsPerFrame).flatMap { $0.payload.bytes }
        }
    }

    func run(count: Int) throws(CallError) -> Round {
        try loop.run(count: count) {
            var stored: [UInt8] = []
            _ = deflate.append(frames[next % frames.count], to: &stored)
            next += 1
            return stored
        }
    }
}
