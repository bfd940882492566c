import CCallCounter
import LogJobs

/// A loop that deflates the next frame while the one before becomes durable: one write under way at
/// a time, as before, but no thread waits for it.
///
/// Each frame takes whole blocks.
// SAFETY: the buffers live as long as it, and no other code has them but the kernel, which is
// awaited before they are freed.
@safe final class UnawaitedLoop {
    private static let blockSize = 4096
    private static let bufferSize = 1 << 18

    private let path: String
    /// Kept for its file, which is prepared and removed by it.
    private let file: BareLoop
    private let buffers: UnsafeMutableRawBufferPointer
    private var write = unawaited_write()
    private var stream = DeflateStream()
    private var offset = 0
    private var count = 0

    /// Tries a write: `nil` where the system or the file system has none of this kind.
    init?(_ path: String) throws(CallError) {
        self.path = path
        file = try BareLoop(path)
        guard unsafe unawaited_begin(&write, path) == 0 else { return nil }
        unsafe buffers = .allocate(byteCount: 2 * Self.bufferSize, alignment: Self.blockSize)
        unsafe buffers.initializeMemory(as: UInt8.self, repeating: 0)
        guard
            unsafe unawaited_submit(&write, buffers.baseAddress, Self.blockSize, 0) == 0,
            unsafe unawaited_finish(&write) == 0
        else { return nil }
    }

    deinit {
        unsafe unawaited_end(&write)
        unsafe buffers.deallocate()
    }

    /// Runs through frames, again and again; the last is durable too when it returns.
    func run(count: Int, frames: [[UInt8]]) throws(CallError) -> Round {
        var next = 0
        return try BareLoop.measure(count) { () throws(CallError) in
            defer { next += 1 }
            try append(frames[next % frames.count])
            if next == count - 1 { try finish() }
        }
    }

    /// Returns when all is durable.
    func finish() throws(CallError) {
        guard unsafe unawaited_finish(&write) == 0 else { throw CallError("io_getevents", path) }
    }

    /// Deflates a frame and hands it over, once the one before is durable.
    func append(_ raw: [UInt8]) throws(CallError) {
        var stored: [UInt8] = []
        _ = stream.append(raw, to: &stored)
        let blocks = (stored.count + Self.blockSize - 1) / Self.blockSize
        let size = blocks * Self.blockSize
        precondition(size <= Self.bufferSize, "A frame has more than a buffer")
        if offset + size > BareLoop.size { offset = 0 }
        // SAFETY: of two buffers the kernel reads the other one; this one it has read, since the
        // write before was awaited when the other was handed over.
        let start = count % 2 * Self.bufferSize
        let buffer = unsafe UnsafeMutableRawBufferPointer(rebasing: buffers[start..<start + size])
        unsafe buffer.copyBytes(from: stored)
        guard unsafe unawaited_submit(&write, buffer.baseAddress, size, offset) == 0 else {
            throw CallError("io_submit", path)
        }
        offset += size
        count += 1
    }
}
