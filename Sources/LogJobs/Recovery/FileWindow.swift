/// A file read in large pieces, for scans that look at small ones.
struct FileWindow: Sendable {
    private static let pieceSize = 256 << 10
    /// What a device loses at once is not smaller.
    private static let blockSize: UInt64 = 4096

    let size: UInt64
    private let handle: FileHandle
    private let folder: StoreFolder
    private let name: String
    private var start: UInt64 = 0
    private var piece: [UInt8] = []
    private let skipsUnreadable: Bool
    /// Whether zeros stand for bytes that cannot be read.
    private(set) var hasSkipped = false
    /// A place that could be read.
    private var readablePlace: UInt64?

    /// Opens a file.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - folder: Where it is.
    ///   - skipsUnreadable: Whether blocks that the device cannot read are taken for zeros.
    /// - Throws: `missingSegment`, `inputOutput`.
    init(
        _ name: String,
        in folder: StoreFolder,
        skipsUnreadable: Bool = false
    ) throws(LogStoreError) {
        self.name = name
        self.skipsUnreadable = skipsUnreadable
        self.folder = folder
        do throws(SystemCallError) {
            handle = try folder.fileSystem.open(folder.path(of: name), .read)
        } catch {
            throw .reading(error, file: name)
        }
        do throws(SystemCallError) {
            // After a failed sync the cache may show what the device does not have.
            folder.fileSystem.dropCache(handle)
            size = try folder.fileSystem.status(of: handle).size
        } catch {
            folder.fileSystem.close(handle)
            throw .reading(error, file: name)
        }
    }

    func close() {
        folder.fileSystem.close(handle)
    }

    /// Reads anew from the next call on.
    mutating func forget() {
        piece = []
    }

    /// Up to `count` bytes; fewer only at the end of the file.
    mutating func bytes(at offset: UInt64, count: Int) throws(LogStoreError) -> ArraySlice<UInt8> {
        let available = Int(clamping: size > offset ? size - offset : 0)
        let count = min(count, available)
        guard count > 0 else { return [] }
        if offset < start || offset + UInt64(count) > start + UInt64(piece.count) {
            let wanted = min(max(count, Self.pieceSize), available)
            piece = try readPiece(at: offset, count: wanted)
            start = offset
        }
        let first = Int(offset - start)
        return piece[min(first, piece.count)..<min(first + count, piece.count)]
    }

    private mutating func readPiece(
        at offset: UInt64,
        count: Int
    ) throws(LogStoreError) -> [UInt8] {
        do throws(SystemCallError) {
            let bytes = try folder.fileSystem.read(handle, at: offset, count: count)
            readablePlace = offset
            return bytes
        } catch  where skipsUnreadable && error.isDeviceFailure {
            return try readBlocks(of: offset..<offset + UInt64(count))
        } catch {
            throw .reading(error, file: name)
        }
    }

    /// Reads block by block, so that one that cannot be read takes no other with it.
    private mutating func readBlocks(of range: Range<UInt64>) throws(LogStoreError) -> [UInt8] {
        var bytes: [UInt8] = []
        var offset = range.lowerBound
        while offset < range.upperBound {
            let blockEnd = (offset / Self.blockSize + 1) * Self.blockSize
            let count = Int(min(blockEnd, range.upperBound) - offset)
            do throws(SystemCallError) {
                let block = try folder.fileSystem.read(handle, at: offset, count: count)
                bytes += block
                readablePlace = offset
                if block.count < count { break }
            } catch  where error.isDeviceFailure {
                hasSkipped = true
                bytes += [UInt8](repeating: 0, count: count)
            } catch {
                throw .reading(error, file: name)
            }
            offset += UInt64(count)
        }
        return bytes
    }

    /// Whether the device still gives what it gave before: if not, it is away, and nothing is lost.
    func isAnswering() -> Bool {
        guard let readablePlace else { return false }
        folder.fileSystem.dropCache(handle)
        do throws(SystemCallError) {
            _ = try folder.fileSystem.read(handle, at: readablePlace, count: 1)
            return true
        } catch {
            return false
        }
    }

    func bytesUncached(at offset: UInt64, count: Int) throws(LogStoreError) -> [UInt8] {
        do throws(SystemCallError) {
            return try folder.fileSystem.read(handle, at: offset, count: count)
        } catch {
            throw .reading(error, file: name)
        }
    }

    /// The next place, eight bytes apart, at which not all of eight bytes are zero.
    mutating func nextNonzeroWord(from offset: UInt64) throws(LogStoreError) -> UInt64? {
        var place = offset
        while place < size {
            let bytes = try bytes(at: place, count: 8)
            guard !bytes.isEmpty else { return nil }
            if bytes.contains(where: { $0 != 0 }) { return place }
            let end = start + UInt64(piece.count)
            place = min(firstNonzero(from: place + 8, to: end), end)
        }
        return nil
    }

    /// The first word in the piece that is not zero, or its end.
    private func firstNonzero(from place: UInt64, to end: UInt64) -> UInt64 {
        var index = Int(place - start)
        // SAFETY: every load lies within the piece.
        return unsafe piece.withUnsafeBytes { bytes in
            while index + 8 <= bytes.count {
                guard unsafe bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) == 0
                else { break }
                index += 8
            }
            return min(start + UInt64(index), end)
        }
    }
}
