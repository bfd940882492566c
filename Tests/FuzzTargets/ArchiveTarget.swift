import JobLedger
import LazyJobs
import LogJobs

/// An archive, see ``ArchiveParts``; the file around them is made: header, directory, checksums and
/// trailer.
enum ArchiveTarget {
    private static let store = StoreID(high: 1, low: 2)

    static func run(_ bytes: [UInt8]) {
        let parts = ArchiveParts(bytes)
        let header = NumberedHeader(.archive, store: store, number: 1)
        var file = header.encoded() + parts.content
        let trailer = FileTrailer(
            directoryOffset: UInt64(file.count),
            directory: PackedBytes(plain: parts.directory)
        )
        file += parts.directory + trailer.encoded(headerChecksum: header.checksum)
        var decoder = ArchiveDecoder()
        do throws(FormatError) {
            let directory = try decoder.directory(trailer, stored: parts.directory)
            check(directory, header)
            read(directory, file, &decoder)
        } catch {}
    }

    private static func check(_ directory: ArchiveDirectory, _ header: NumberedHeader) {
        precondition(directory.lostCount <= directory.nextSequence.rawValue, "too many are lost")
        BaselineCheck.check(directory.baseline)
        for block in directory.blocks {
            precondition(directory.block(of: block.firstSequence) == block, "a block is not found")
        }
        var encoder = ArchiveEncoder()
        let end = directory.offsetBehindParts
        let ending = encoder.ending(directory, at: end, header: header)
        do throws(FormatError) {
            let trailer = try FileTrailer(
                decoding: Array(ending.suffix(FileTrailer.size)),
                headerChecksum: header.checksum,
                fileSize: end + UInt64(ending.count)
            )
            var decoder = ArchiveDecoder()
            let stored = Array(ending.dropLast(FileTrailer.size))
            let again = try decoder.directory(trailer, stored: stored)
            precondition(again == directory, "a directory is read otherwise")
        } catch {
            preconditionFailure("a directory that was written cannot be read: \(error)")
        }
    }

    private static func read(
        _ directory: ArchiveDirectory,
        _ file: [UInt8],
        _ decoder: inout ArchiveDecoder
    ) {
        // The number of the first segment is in the header too.
        guard let first = directory.segments.first, let last = directory.segments.last,
            first.id.rawValue == 1
        else { return }
        let entry = ArchiveEntry(
            firstSegment: first.id,
            lastSegment: last.id,
            firstSequence: directory.firstSequence,
            lastSequence: last.lastSequence,
            carriedThrough: .zero,
            newest: Timestamp(microseconds: 0),
            fileSize: UInt64(file.count),
            link: last.link
        )
        do throws(LogReadError) {
            let folder = FileShelf([entry.fileName: file]).folder
            let archive = try ArchiveFile(entry, of: store, in: folder, &decoder)
            for block in directory.blocks { checkBlock(block, in: archive, &decoder) }
            for page in directory.pages { checkPage(page, in: archive, &decoder) }
            try archive.check(of: store, after: .zero, &decoder) { _ in }
        } catch {}
    }

    private static func checkBlock(
        _ block: ArchiveDirectory.Block,
        in archive: ArchiveFile,
        _ decoder: inout ArchiveDecoder
    ) {
        do throws(LogReadError) {
            let events = try archive.events(of: block, &decoder)
            EventsTarget.check(events)
            guard let last = events.last else { return }
            let found = try archive.event(at: last.sequence, &decoder)
            precondition(found == last, "an event alone is read otherwise")
        } catch {}
    }

    private static func checkPage(
        _ page: ArchiveDirectory.Page,
        in archive: ArchiveFile,
        _ decoder: inout ArchiveDecoder
    ) {
        do throws(LogReadError) {
            guard let job = try archive.jobs(of: page, &decoder).last else { return }
            guard directory(archive, finds: page, of: job.id) else { return }
            let found = try archive.lastEvent(ofPruned: job.id, &decoder)
            precondition(found == job.sequence, "a pruned job is not found")
        } catch {}
    }

    private static func directory(
        _ archive: ArchiveFile,
        finds page: ArchiveDirectory.Page,
        of id: JobID
    ) -> Bool {
        archive.directory.page(of: id) == page
    }
}

extension ArchiveDirectory {
    fileprivate var offsetBehindParts: UInt64 {
        let sizes = blocks.map(\.bytes.storedLength) + pages.map(\.bytes.storedLength)
        return UInt64(NumberedHeader.size + sizes.reduce(0, +))
    }
}
