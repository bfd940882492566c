package import JobLedger
package import LazyJobs

/// Reads an archive: its directory when it is opened, then single parts.
///
/// Opening one costs one read, two if the directory is large; each part one more.
package struct ArchiveFile: Sendable {
    /// What is read from the end at once: enough for most directories.
    private static let endSize = 64 << 10

    package let entry: ArchiveEntry
    package let directory: ArchiveDirectory
    private let folder: StoreFolder
    private let name: String

    /// Reads and verifies the directory of an archive, which must belong to a store and be what the
    /// manifest says; it may still have a temporary name.
    package init(
        _ entry: ArchiveEntry,
        of store: StoreID,
        as temporaryName: String? = nil,
        in folder: StoreFolder,
        _ decoder: inout ArchiveDecoder
    ) throws(LogReadError) {
        self.entry = entry
        self.folder = folder
        name = temporaryName ?? entry.fileName
        let handle = try Self.open(name, in: folder)
        defer { folder.fileSystem.close(handle) }
        let endSize = min(entry.fileSize, UInt64(Self.endSize))
        var end = try Self.read(
            handle,
            at: entry.fileSize - endSize,
            count: Int(endSize),
            in: folder
        )
        let header = NumberedHeader(
            .archive,
            store: store,
            number: entry.firstSegment.rawValue
        )
        do throws(FormatError) {
            let trailer = try FileTrailer(
                decoding: Array(end.suffix(FileTrailer.size)),
                headerChecksum: header.checksum,
                fileSize: entry.fileSize
            )
            end.removeLast(FileTrailer.size)
            let size = trailer.directory.storedLength
            if size > end.count {
                end = try Self.readAgain(handle, trailer, in: folder)
            }
            directory = try decoder.directory(trailer, stored: Array(end.suffix(size)))
        } catch {
            throw .damaged(
                file: entry.fileName,
                offset: entry.fileSize - min(entry.fileSize, UInt64(FileTrailer.size)),
                reason: "\(error)"
            )
        }
        guard directory.firstSequence == entry.firstSequence,
            directory.nextSequence == entry.lastSequence.next,
            directory.segments.first?.id == entry.firstSegment,
            directory.segments.last?.id == entry.lastSegment,
            directory.segments.last?.link == entry.link
        else {
            throw .damaged(
                file: entry.fileName,
                offset: 0,
                reason: "it is not the archive that the manifest means"
            )
        }
    }

    private static func readAgain(
        _ handle: FileHandle,
        _ trailer: FileTrailer,
        in folder: StoreFolder
    ) throws(FormatError) -> [UInt8] {
        do throws(SystemCallError) {
            return try folder.fileSystem.read(
                handle,
                at: trailer.directoryOffset,
                count: trailer.directory.storedLength
            )
        } catch {
            throw .damaged("\(error)")
        }
    }

    /// Reads one event.
    ///
    /// - Returns: The event; `nil` when it is not in this archive.
    package func event(
        at sequence: SequenceNumber,
        _ decoder: inout ArchiveDecoder
    ) throws(LogReadError) -> JobEvent? {
        guard let block = directory.block(of: sequence) else { return nil }
        let stored = try read(block.bytes, at: block.offset)
        return try checked(at: block.offset) { () throws(FormatError) in
            try decoder.event(at: sequence, of: block, stored: stored)
        }
    }

    /// Reads all events of a block.
    package func events(
        of block: ArchiveDirectory.Block,
        _ decoder: inout ArchiveDecoder
    ) throws(LogReadError) -> [JobEvent] {
        let stored = try read(block.bytes, at: block.offset)
        return try checked(at: block.offset) { () throws(FormatError) in
            try decoder.events(of: block, stored: stored)
        }
    }

    /// The last event of a job that was pruned here.
    package func lastEvent(
        ofPruned id: JobID,
        _ decoder: inout ArchiveDecoder
    ) throws(LogReadError) -> SequenceNumber? {
        guard let page = directory.page(of: id) else { return nil }
        let jobs = try jobs(of: page, &decoder)
        var (low, high) = (0, jobs.count)
        while low < high {
            let middle = (low + high) / 2
            if jobs[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low < jobs.count && jobs[low].id == id ? jobs[low].sequence : nil
    }

    /// Reads the pruned jobs of a page.
    package func jobs(
        of page: ArchiveDirectory.Page,
        _ decoder: inout ArchiveDecoder
    ) throws(LogReadError) -> [PrunedJobs.Entry] {
        let stored = try read(page.bytes, at: page.offset)
        return try checked(at: page.offset) { () throws(FormatError) in
            try decoder.jobs(of: page, first: directory.firstSequence, stored: stored)
        }
    }

    /// Checks the header, which reading parts does not need.
    package func checkHeader(of store: StoreID) throws(LogReadError) {
        let handle = try Self.open(name, in: folder)
        defer { folder.fileSystem.close(handle) }
        let bytes = try Self.read(handle, at: 0, count: NumberedHeader.size, in: folder)
        let header = NumberedHeader(
            .archive,
            store: store,
            number: entry.firstSegment.rawValue
        )
        try checked(at: 0) { () throws(FormatError) in
            guard try NumberedHeader(.archive, decoding: bytes) == header else {
                throw .damaged("it belongs to another store")
            }
        }
    }

    private func checked<Value>(
        at offset: UInt64,
        _ body: () throws(FormatError) -> Value
    ) throws(LogReadError) -> Value {
        do throws(FormatError) {
            return try body()
        } catch {
            throw .damaged(file: entry.fileName, offset: offset, reason: "\(error)")
        }
    }

    private func read(_ bytes: PackedBytes, at offset: UInt64) throws(LogReadError) -> [UInt8] {
        let handle = try Self.open(name, in: folder)
        defer { folder.fileSystem.close(handle) }
        return try Self.read(handle, at: offset, count: bytes.storedLength, in: folder)
    }

    private static func open(
        _ name: String,
        in folder: StoreFolder
    ) throws(LogReadError) -> FileHandle {
        do throws(SystemCallError) {
            return try folder.fileSystem.open(folder.path(of: name), .read)
        } catch {
            throw .inputOutput(error)
        }
    }

    private static func read(
        _ handle: FileHandle,
        at offset: UInt64,
        count: Int,
        in folder: StoreFolder
    ) throws(LogReadError) -> [UInt8] {
        do throws(SystemCallError) {
            return try folder.fileSystem.read(handle, at: offset, count: count)
        } catch {
            throw .inputOutput(error)
        }
    }
}
