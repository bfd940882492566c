import LazyJobs
import LogJobs

/// The files of a store, each a kind, a number, how many zeros end it, and what is before them.
///
/// Of the manifest and of segments the checksums are computed.
enum FolderTarget {
    enum Kind: UInt8 {
        case manifest, segment, archive, checkpoint, lock, other
    }

    struct File {
        var kind: Kind
        var number: UInt16
        var bytes: [UInt8]

        init(_ kind: Kind, _ number: UInt16, _ bytes: [UInt8]) {
            self.kind = kind
            self.number = number
            self.bytes = bytes
        }
    }

    static func run(_ bytes: [UInt8]) {
        let folder = FileShelf(files(bytes)).folder
        for depth in [LogRecovery.Depth.state, .everything] {
            do throws(LogStoreError) {
                let reader = try LogReader.open(
                    folder.path,
                    of: folder.fileSystem,
                    clock: SystemClock(),
                    depth: depth
                )
                read(reader)
            } catch {}
        }
    }

    private static func files(_ bytes: [UInt8]) -> [String: [UInt8]] {
        var input = FuzzInput(bytes)
        var files: [String: [UInt8]] = [:]
        while !input.isAtEnd {
            let kind = Kind(rawValue: input.number()) ?? .other
            let number = UInt64(input.number(UInt16.self))
            let zeroCount = Int(input.number(UInt16.self))
            let zeros = [UInt8](repeating: 0, count: zeroCount)
            let content = input.piece()
            switch kind {
            case .manifest: files[Manifest.fileName] = ManifestTarget.completed(content) + zeros
            case .segment:
                files[NumberedName.segment(number)] = SegmentBytes.file(content).bytes + zeros
            case .archive: files[NumberedName.archive(number)] = content + zeros
            case .checkpoint: files[NumberedName.checkpoint(number)] = content + zeros
            case .lock: files[StoreLock.fileName] = content + zeros
            case .other: files["other-\(number)"] = content + zeros
            }
        }
        return files
    }

    static func input(_ files: [File]) -> [UInt8] {
        var writer = ByteWriter()
        for file in files {
            var content = Array(file.bytes[...].withoutZerosBehind)
            let zeroCount = min(file.bytes.count - content.count, 2048)
            if file.kind == .segment { content = SegmentBytes.input(of: file.bytes) }
            writer.append(file.kind.rawValue)
            writer.append(fixed: file.number)
            writer.append(fixed: UInt16(zeroCount))
            writer.append(fixed: UInt16(content.count))
            writer.append(contentsOf: content)
        }
        return writer.bytes
    }

    /// Reads all that there is to read.
    private static func read(_ reader: LogReader) {
        var ids: [JobID] = []
        reader.forEachRecord { ids.append($0.id) }
        for id in ids {
            precondition(reader.record(of: id)?.id == id, "a job is not found")
            do throws(LogStoreError) {
                _ = try reader.history(of: id)
                _ = try reader.payload(of: id)
            } catch {}
        }
        _ = reader.stats()
        do {
            try reader.forEachEvent { EventsTarget.check([$0]) }
            _ = try reader.state(at: .sequence(reader.report.lastSequence))
        } catch {}
    }
}
