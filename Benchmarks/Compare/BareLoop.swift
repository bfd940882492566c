#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The best that a log on this disk could do for one caller: overwrite and sync, nothing else.
///
/// The file is prepared as the store prepares its segments: allocated, filled with zeros, synced;
/// so no sync has to make a change of the file's size or extents durable.
final class BareLoop {
    static let size = 64 << 20

    private let path: String
    private let descriptor: Int32
    private var offset = 0

    init(_ path: String) throws(CallError) {
        self.path = path
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw CallError("open", path) }
        let zeros = [UInt8](repeating: 0, count: 1 << 20)
        for start in stride(from: 0, to: Self.size, by: zeros.count) {
            try write(zeros, at: start)
        }
        guard fsync(descriptor) == 0 else { throw CallError("fsync", path) }
    }

    deinit {
        close(descriptor)
        unsafe unlink(path)
    }

    /// Writes frames of one size, as ``run(count:_:)`` does.
    func run(count: Int, frameSize: Int) throws(CallError) -> Round {
        let frame = Self.frame(of: frameSize)
        return try run(count: count) { frame }
    }

    /// Bytes that are not zeros, which a device might treat in a way of its own.
    static func frame(of size: Int) -> [UInt8] {
        (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) }
    }

    /// Writes frames one behind the other, each synced before the next is made, and times each.
    func run(count: Int, _ makeFrame: () -> [UInt8]) throws(CallError) -> Round {
        try Self.measure(count) { () throws(CallError) in try append(makeFrame()) }
    }

    /// Times each of so many operations of this thread.
    static func measure(
        _ count: Int,
        _ operation: () throws(CallError) -> Void
    ) throws(CallError) -> Round {
        var latencies: [Duration] = []
        latencies.reserveCapacity(count)
        let meter = Meter.read()
        let waited = ThreadWait.read()
        for _ in 0..<count {
            let began = ContinuousClock.now
            try operation()
            latencies.append(began.duration(to: .now))
        }
        let expense = meter.spent()
        return Round(
            count: count,
            latencies: latencies,
            expense: expense,
            waitingShare: waited.flatMap { $0.time() }.map { $0 / expense.duration }
        )
    }

    /// Writes a frame behind the one before, and syncs it unless told otherwise.
    func append(_ frame: [UInt8], syncs: Bool = true) throws(CallError) {
        if offset + frame.count > Self.size { offset = 0 }
        try write(frame, at: offset)
        if syncs { try sync() }
        offset += frame.count
    }

    private func write(_ bytes: [UInt8], at offset: Int) throws(CallError) {
        let count = unsafe bytes.withUnsafeBytes { buffer in
            unsafe pwrite(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
        }
        guard count == bytes.count else { throw CallError("pwrite", path) }
    }

    private func sync() throws(CallError) {
        #if canImport(Darwin)
            guard fcntl(descriptor, F_FULLFSYNC) != -1 else { throw CallError("fcntl", path) }
        #else
            guard fdatasync(descriptor) == 0 else { throw CallError("fdatasync", path) }
        #endif
    }
}

/// The loop on a thread of its own, which writes a frame for each call and then answers it: what
/// it costs to be called by tasks, on this machine at this hour.
struct LoopQueue: CallTarget {
    private let loop: BareLoop
    private let frame: [UInt8]
    private let syncs: Bool
    private var isClaim = false

    init(_ path: String, frameSize: Int, syncs: Bool = true) throws(CallError) {
        loop = try BareLoop(path)
        frame = BareLoop.frame(of: frameSize)
        self.syncs = syncs
    }

    mutating func commit<Answer>(_ body: (inout Self) throws -> Answer) throws -> Answer {
        isClaim = false
        let answer = try body(&self)
        try loop.append(frame, syncs: syncs && !isClaim)
        return answer
    }

    /// The frame of this call need not be synced.
    mutating func claim() { isClaim = true }
}

/// A call of the operating system that failed.
struct CallError: Error, CustomStringConvertible {
    let description: String

    init(_ call: String, _ path: String) {
        // SAFETY: strerror returns a valid C string for every number; the copy is made at once.
        description = unsafe "\(call) of \(path) failed: \(String(cString: strerror(errno)))"
    }
}
