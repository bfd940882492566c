import CZlib

/// Compresses a stream of bytes into a gzip file, a piece at a time.
@safe final class GzipWriter {
    private let file: OpenFile
    // SAFETY: owned by this object alone, from init to deinit. zlib keeps the address of the
    // stream, so it must not move: hence not a stored value.
    private let stream: UnsafeMutablePointer<z_stream>
    private var buffer = [UInt8](repeating: 0, count: bufferSize)
    /// How many bytes it has made so far.
    private(set) var size = 0

    init(_ file: OpenFile) throws(ZlibError) {
        self.file = file
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        // 15 is the largest window, and 16 more ask for gzip's header and trailer.
        let status = unsafe deflateInit2_(
            stream,
            6,
            Z_DEFLATED,
            15 + 16,
            8,
            Z_DEFAULT_STRATEGY,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        guard status == Z_OK else { throw ZlibError(operation: "begin to compress", code: status) }
    }

    deinit {
        // SAFETY: a stream whose init failed is zero, which deflateEnd refuses without harm.
        unsafe deflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Compresses bytes; they reach the file when zlib has enough of them.
    func write(_ bytes: ArraySlice<UInt8>) throws {
        try deflate(bytes, Z_NO_FLUSH)
    }

    /// Writes all that was compressed so far to the file.
    func flush() throws {
        try deflate([], Z_SYNC_FLUSH)
    }

    /// Ends the file, and returns when it is on the device.
    func finish() throws {
        try deflate([], Z_FINISH)
        try file.sync()
    }

    private func deflate(_ bytes: ArraySlice<UInt8>, _ flush: Int32) throws {
        var input = Array(bytes)
        try unsafe input.withUnsafeMutableBufferPointer { input in
            unsafe stream.pointee.next_in = input.baseAddress
            unsafe stream.pointee.avail_in = UInt32(input.count)
            var isFull = true
            while isFull {
                let made = try fillBuffer(flush)
                try file.write(buffer[..<made])
                size += made
                // Room left in the buffer means that zlib has nothing more to say.
                isFull = made == buffer.count
            }
        }
    }

    private func fillBuffer(_ flush: Int32) throws(ZlibError) -> Int {
        let (status, left) = unsafe buffer.withUnsafeMutableBufferPointer { output in
            // SAFETY: zlib writes `avail_out` bytes at most, and only during this call.
            unsafe stream.pointee.next_out = output.baseAddress
            unsafe stream.pointee.avail_out = UInt32(output.count)
            let status = unsafe CZlib.deflate(stream, flush)
            return unsafe (status, Int(stream.pointee.avail_out))
        }
        // Z_BUF_ERROR says that there was nothing to do, which is no error here.
        guard [Z_OK, Z_STREAM_END, Z_BUF_ERROR].contains(status) else {
            throw ZlibError(operation: "compress", code: status)
        }
        return buffer.count - left
    }
}

/// A call of zlib that failed.
struct ZlibError: Error, CustomStringConvertible {
    var operation: String
    var code: Int32

    var description: String { "could not \(operation): zlib says \(code)" }
}
