import CZlib

/// Decompresses a gzip file, a piece at a time.
@safe final class GzipReader {
    private let file: OpenFile
    // SAFETY: owned by this object alone, from init to deinit. zlib keeps the address of the
    // stream, so it must not move: hence not a stored value.
    private let stream: UnsafeMutablePointer<z_stream>
    // SAFETY: as `stream`. zlib reads from it in later calls too, so it must not move either.
    private let input: UnsafeMutableBufferPointer<UInt8>
    private var hasEnded = false

    init(_ file: OpenFile) throws(ZlibError) {
        self.file = file
        unsafe input = .allocate(capacity: bufferSize)
        unsafe input.initialize(repeating: 0)
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let status = unsafe inflateInit2_(
            stream,
            15 + 16,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        guard status == Z_OK else {
            throw ZlibError(operation: "begin to decompress", code: status)
        }
    }

    deinit {
        // SAFETY: a stream whose init failed is zero, which inflateEnd refuses without harm.
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
        unsafe input.deallocate()
    }

    /// Fills a buffer; the count is smaller at the end only.
    ///
    /// - Throws: When the file is cut, does not pass gzip's own check, or goes on behind its end.
    func read(into buffer: inout [UInt8]) throws -> Int {
        var done = 0
        while done < buffer.count, !hasEnded {
            if unsafe stream.pointee.avail_in == 0 { try refill() }
            done += try inflate(into: &buffer, from: done)
        }
        return done
    }

    private func refill() throws {
        var bytes = [UInt8](repeating: 0, count: bufferSize)
        let count = try file.read(into: &bytes)
        for index in 0..<count { unsafe input[index] = bytes[index] }
        unsafe stream.pointee.next_in = unsafe input.baseAddress
        unsafe stream.pointee.avail_in = UInt32(count)
    }

    private func inflate(into buffer: inout [UInt8], from start: Int) throws -> Int {
        let (status, left) = unsafe buffer.withUnsafeMutableBytes { output in
            // SAFETY: `start` is below the count; zlib writes `avail_out` bytes at most, and only
            // during this call.
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: output[start...])
            unsafe stream.pointee.next_out = unsafe rest.assumingMemoryBound(to: UInt8.self)
                .baseAddress
            unsafe stream.pointee.avail_out = UInt32(rest.count)
            let status = unsafe CZlib.inflate(stream, Z_NO_FLUSH)
            return unsafe (status, Int(stream.pointee.avail_out))
        }
        // Z_BUF_ERROR, no progress, is an error here: the file has ended before its end.
        guard status == Z_OK || status == Z_STREAM_END else {
            throw ZlibError(operation: "decompress \(file.path)", code: status)
        }
        if status == Z_STREAM_END { try end() }
        return buffer.count - start - left
    }

    private func end() throws {
        hasEnded = true
        var more = [UInt8](repeating: 0, count: 1)
        let isLast = unsafe stream.pointee.avail_in == 0
        guard isLast, try file.read(into: &more) == 0 else {
            throw ZlibError(operation: "end \(file.path), which goes on", code: Z_DATA_ERROR)
        }
    }
}
