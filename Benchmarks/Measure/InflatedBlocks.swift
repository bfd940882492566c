import CZlib
import LogJobs

/// The deflated blocks of all frames of a store, for zlib alone to inflate.
struct InflatedBlocks {
    /// How many bytes they inflate to.
    private(set) var rawLength = 0
    private var blocks: [Block] = []
    private var dictionary: [UInt8] = []
    private var longest = 0

    private struct Block {
        var stored: [UInt8]
        var rawLength: Int
    }

    /// Reads the segments of a store.
    init(_ path: String) throws {
        let folder = StoreFolder(path, of: PosixFileSystem())
        for entry in try LogRecovery.manifest(in: folder).segments {
            var scanner = try SegmentScanner(entry.id, in: folder)
            defer { scanner.close() }
            dictionary = scanner.header.dictionary
            while case .frame(let frame) = try scanner.scan() {
                guard frame.header.kind == .batch else { continue }
                let payload = frame.stored.prefix(frame.header.storedLength)
                for block in try FrameBlock.blocks(of: frame.header, in: payload)
                where block.isDeflated {
                    add(Block(stored: Array(block.stored), rawLength: block.rawLength))
                }
            }
        }
    }

    private mutating func add(_ block: Block) {
        blocks.append(block)
        rawLength += block.rawLength
        longest = max(longest, block.rawLength)
    }

    /// Inflates all of them, one after the other, into the same memory.
    func inflate() {
        var stream = unsafe z_stream()
        // SAFETY: zlib reads and writes within the buffers, which outlive each call; the stream
        // stays where it is until it is ended.
        unsafe withUnsafeMutablePointer(to: &stream) { stream in
            let size = unsafe Int32(MemoryLayout<z_stream>.size)
            precondition(unsafe inflateInit2_(stream, -15, ZLIB_VERSION, size) == Z_OK)
            unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: longest) { output in
                for block in blocks { unsafe inflate(block, stream, output) }
            }
            unsafe inflateEnd(stream)
        }
    }

    private func inflate(
        _ block: Block,
        _ stream: UnsafeMutablePointer<z_stream>,
        _ output: UnsafeMutableBufferPointer<UInt8>
    ) {
        unsafe inflateReset(stream)
        unsafe inflateSetDictionary(stream, dictionary, uInt(dictionary.count))
        let status = unsafe block.stored.withUnsafeBufferPointer { input in
            unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            unsafe stream.pointee.avail_in = uInt(input.count)
            unsafe stream.pointee.next_out = output.baseAddress
            unsafe stream.pointee.avail_out = uInt(output.count)
            return unsafe CZlib.inflate(stream, Z_FINISH)
        }
        precondition(status == Z_STREAM_END, "what the store inflates, zlib does")
    }
}
