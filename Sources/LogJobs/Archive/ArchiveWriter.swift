package import JobLedger
package import LazyJobs

/// Writes the events of segments that are to be retired into an archive.
///
/// Crash story:
/// 1. All is written under a temporary name, and synced; read back, and compared with the chain.
/// 2. The file gets its name, and the folder is synced. A crash before leaves a temporary file, and
///    one after a file that no manifest names: the next opening removes either.
/// 3. The manifest names it, and ceases to name the segments, in one step.
package struct ArchiveWriter: ~Copyable, Sendable {
    private let folder: StoreFolder
    private let handle: FileHandle
    private let header: NumberedHeader
    private var encoder = ArchiveEncoder()
    private var directory: ArchiveDirectory?
    private var offset = UInt64(NumberedHeader.size)
    private var pruned: [PrunedJobs.Entry] = []
    private var newest = Timestamp(microseconds: 0)
    private var isNamed = false

    private init(_ header: NumberedHeader, _ handle: FileHandle, in folder: StoreFolder) {
        self.header = header
        self.handle = handle
        self.folder = folder
    }

    /// Begins an archive.
    package static func begin(
        of store: StoreID,
        firstSegment: SegmentID,
        in folder: StoreFolder
    ) throws(SystemCallError) -> ArchiveWriter {
        let header = NumberedHeader(.archive, store: store, number: firstSegment.rawValue)
        let path = folder.path(of: StoreFolder.preparingArchiveName)
        let handle = try folder.fileSystem.open(path, .readWriteOrCreate)
        do throws(SystemCallError) {
            // What is left of an earlier attempt does not count.
            try folder.fileSystem.truncate(handle, to: 0)
            try folder.fileSystem.write(handle, header.encoded(), at: 0)
            return ArchiveWriter(header, handle, in: folder)
        } catch {
            folder.fileSystem.close(handle)
            throw error
        }
    }

    /// Begins a segment, the first with the state before its first event.
    package mutating func begin(_ baseline: LedgerBaseline) {
        guard directory == nil else { return }
        directory = ArchiveDirectory(
            firstSequence: baseline.lastSequence.next,
            baseline: baseline
        )
    }

    /// Adds the next event.
    package mutating func add(_ event: JobEvent) throws(SystemCallError) {
        newest = max(newest, event.timestamp)
        if let transition = event.transition, transition.kind == .pruned {
            pruned.append(PrunedJobs.Entry(id: transition.jobID, sequence: event.sequence))
        }
        if let block = encoder.add(event) { try write(block) }
    }

    /// Ends a segment.
    package mutating func end(
        _ segment: SegmentID,
        lastSequence: SequenceNumber,
        link: Digest
    ) {
        directory?.segments.append(
            ArchiveDirectory.Segment(id: segment, lastSequence: lastSequence, link: link)
        )
    }

    private mutating func write(_ block: ArchiveBlock) throws(SystemCallError) {
        try folder.fileSystem.write(handle, block.stored, at: offset)
        directory?.blocks.append(
            ArchiveDirectory.Block(
                firstSequence: block.firstSequence,
                eventCount: block.eventCount,
                offset: offset,
                bytes: block.bytes
            )
        )
        offset += UInt64(block.stored.count)
    }

    /// Ends the archive, which is on the device then, and has its name.
    ///
    /// The chain must go on behind the link of the segment before. Gives what the manifest is to
    /// say of it, but for the event through which its jobs were carried.
    package mutating func finish(after link: Digest) throws(LogReadError) -> ArchiveEntry {
        let entry: ArchiveEntry
        do throws(SystemCallError) {
            entry = try writeEnd()
        } catch {
            throw .inputOutput(error)
        }
        var decoder = ArchiveDecoder()
        let file = try ArchiveFile(
            entry,
            of: header.store,
            as: StoreFolder.preparingArchiveName,
            in: folder,
            &decoder
        )
        try file.check(of: header.store, after: link, &decoder) { _ in }
        do throws(SystemCallError) {
            try folder.fileSystem.rename(
                folder.path(of: StoreFolder.preparingArchiveName),
                to: folder.path(of: entry.fileName)
            )
            isNamed = true
            try folder.sync()
        } catch {
            throw .inputOutput(error)
        }
        return entry
    }

    private mutating func writeEnd() throws(SystemCallError) -> ArchiveEntry {
        if let block = encoder.finishBlock() { try write(block) }
        guard var directory else { preconditionFailure("an archive of no segment") }
        for (stored, page) in encoder.pages(of: pruned, first: directory.firstSequence) {
            try folder.fileSystem.write(handle, stored, at: offset)
            var page = page
            page.offset = offset
            directory.pages.append(page)
            offset += UInt64(stored.count)
        }
        let ending = encoder.ending(directory, at: offset, header: header)
        try folder.fileSystem.write(handle, ending, at: offset)
        try folder.fileSystem.sync(handle)
        offset += UInt64(ending.count)
        guard let last = directory.segments.last else {
            preconditionFailure("an archive of no segment")
        }
        return ArchiveEntry(
            firstSegment: SegmentID(rawValue: header.number),
            lastSegment: last.id,
            firstSequence: directory.firstSequence,
            lastSequence: SequenceNumber(rawValue: directory.nextSequence.rawValue - 1),
            carriedThrough: .zero,
            newest: newest,
            fileSize: offset,
            link: last.link
        )
    }

    /// Lets go of the file.
    package func close() {
        folder.fileSystem.close(handle)
    }

    /// Removes the file, unless it was finished: it may be large, and the disk full.
    ///
    /// The store must still be open: whoever opens it next may write an archive of its own.
    package func removeUnfinished() {
        guard !isNamed else { return }
        do throws(SystemCallError) {
            try folder.fileSystem.remove(folder.path(of: StoreFolder.preparingArchiveName))
        } catch {
            // The next archive or the next opening does it.
        }
    }
}
