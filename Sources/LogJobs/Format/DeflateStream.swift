import CZlib

/// Raw deflate, with a preset dictionary or without; one stream, used again and again.
@safe package struct DeflateStream: ~Copyable {
    // zlib keeps a pointer back to its stream, so the stream must not move.
    private let stream: UnsafeMutablePointer<z_stream>
    private let dictionary: [UInt8]
    private let sizeMin: Int
    private let pieceSize: Int

    /// How hard it tries.
    package struct Effort: Sendable {
        fileprivate let level: Int32
        fileprivate let memoryLevel: Int32
        /// After how many bytes other threads are given way.
        fileprivate let pieceSize: Int

        /// For small blocks that callers wait for.
        ///
        /// To clear the hash table for each of them takes 1.5 µs; a smaller one has more
        /// collisions, which take a third longer for 8 KiB.
        package static let quick = Effort(level: Z_BEST_SPEED, memoryLevel: 8, pieceSize: .max)
        /// For large blocks that stay.
        static let thorough = Effort(
            level: Z_BEST_COMPRESSION,
            memoryLevel: 9,
            pieceSize: 4 << 10
        )
    }

    /// - Parameters:
    ///   - dictionary: What bytes may repeat; empty for none.
    ///   - effort: How hard it tries.
    ///   - sizeMin: Fewer bytes are left as they are.
    package init(
        dictionary: [UInt8] = [],
        effort: Effort = .quick,
        sizeMin: Int = Self.usefulSizeMin
    ) {
        self.dictionary = dictionary
        self.sizeMin = sizeMin
        pieceSize = effort.pieceSize
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let status = unsafe deflateInit2_(
            stream,
            effort.level,
            Z_DEFLATED,
            rawWindowBits,
            effort.memoryLevel,
            Z_DEFAULT_STRATEGY,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        precondition(status == Z_OK, "zlib: no memory, or another version")
    }

    deinit {
        unsafe deflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Appends what the bytes deflate to, or the bytes themselves when that saves less than an
    /// eighth of them: every reading would pay for it.
    ///
    /// - Returns: Whether it deflated them.
    package mutating func append(_ raw: [UInt8], to output: inout [UInt8]) -> Bool {
        guard raw.count >= sizeMin else {
            output.append(contentsOf: raw)
            return false
        }
        let room = raw.count - (raw.count + 7) / 8
        let start = output.count
        output.append(contentsOf: repeatElement(0, count: room))
        let isSmaller = unsafe output.withUnsafeMutableBufferPointer { buffer in
            unsafe deflate(raw, into: buffer.extracting(start...))
        }
        guard isSmaller else {
            output.removeLast(output.count - start)
            output.append(contentsOf: raw)
            return false
        }
        output.removeLast(room - Int(unsafe stream.pointee.total_out))
        return true
    }

    // SAFETY: zlib reads and writes within the two buffers, which outlive the call; it takes its
    // input through a pointer to mutable bytes, and does not change them.
    private func deflate(_ raw: [UInt8], into output: UnsafeMutableBufferPointer<UInt8>) -> Bool {
        unsafe deflateReset(stream)
        if !dictionary.isEmpty {
            unsafe deflateSetDictionary(stream, dictionary, uInt(dictionary.count))
        }
        let status = unsafe raw.withUnsafeBufferPointer { input in
            unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            unsafe stream.pointee.next_out = output.baseAddress
            unsafe stream.pointee.avail_out = uInt(output.count)
            var rest = input.count
            while rest > pieceSize {
                unsafe stream.pointee.avail_in = uInt(pieceSize)
                rest -= pieceSize
                // What is left of a piece has no room: it does not become smaller.
                guard unsafe CZlib.deflate(stream, Z_NO_FLUSH) == Z_OK,
                    unsafe stream.pointee.avail_in == 0
                else { return Z_BUF_ERROR }
                giveWay()
            }
            unsafe stream.pointee.avail_in = uInt(rest)
            return unsafe CZlib.deflate(stream, Z_FINISH)
        }
        return status == Z_STREAM_END
    }

    /// Beside a frame header, less is not worth the time that zlib takes to begin.
    package static let usefulSizeMin = 64
    /// For frames that somebody waits for who waits for the disk as well: less, which is one job
    /// or two, is written in a page all the same, and for a caller who is alone zlib takes 20 to
    /// 40 µs of 200, what it drives out of the processor's caches included.
    package static let syncedSizeMin = 512
    /// Less takes zlib longer than all else that a frame takes which nobody syncs: 10 µs for one
    /// job, 18 for four, 8 of them for its tables, whatever the size.
    static let promptSizeMin = 2048
}

/// Undoes `DeflateStream`; one stream, used again and again.
@safe package struct InflateStream: ~Copyable {
    private let stream: UnsafeMutablePointer<z_stream>
    private let dictionary: [UInt8]

    package init(dictionary: [UInt8] = []) {
        self.dictionary = dictionary
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let status = unsafe inflateInit2_(
            stream,
            rawWindowBits,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        precondition(status == Z_OK, "zlib: no memory, or another version")
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Inflates bytes that must give exactly `count`.
    ///
    /// Before it makes room for so many, it refuses a number that so few bytes cannot give.
    mutating func inflate(
        _ stored: ArraySlice<UInt8>,
        count: Int
    ) throws(FormatError) -> [UInt8] {
        guard count <= stored.count * Self.ratioMax else {
            throw .damaged("a block is too short for its length")
        }
        var isWhole = false
        // SAFETY: all bytes are set if the stream has filled the buffer; else there are none.
        let raw = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filledCount in
            let whole = unsafe UnsafeMutableBufferPointer(rebasing: buffer[..<count])
            isWhole = unsafe inflate(stored, into: whole)
            filledCount = isWhole ? count : 0
        }
        guard isWhole else { throw .damaged("a block does not inflate to its length") }
        return raw
    }

    /// The shortest code for the longest match, of 258 bytes, has two bits.
    private static let ratioMax = 1032

    // SAFETY: as with `deflate`.
    private func inflate(
        _ stored: ArraySlice<UInt8>,
        into output: UnsafeMutableBufferPointer<UInt8>
    ) -> Bool {
        unsafe inflateReset(stream)
        if !dictionary.isEmpty {
            unsafe inflateSetDictionary(stream, dictionary, uInt(dictionary.count))
        }
        return unsafe stored.withUnsafeBufferPointer { input in
            unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            unsafe stream.pointee.avail_in = uInt(input.count)
            unsafe stream.pointee.next_out = output.baseAddress
            unsafe stream.pointee.avail_out = uInt(output.count)
            let status = unsafe CZlib.inflate(stream, Z_FINISH)
            return unsafe status == Z_STREAM_END && stream.pointee.avail_in == 0
                && stream.pointee.avail_out == 0
        }
    }
}

/// No header, no checksum, the largest window.
private let rawWindowBits: Int32 = -15
