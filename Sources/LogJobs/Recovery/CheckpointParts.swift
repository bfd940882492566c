import CLogJobs
import JobLedger
import LazyJobs

/// Reads and decodes parts of a checkpoint.
struct CheckpointParts: ~Copyable {
    let entry: CheckpointEntry
    private(set) var window: FileWindow
    private var decoder = CheckpointDecoder()

    init(_ entry: CheckpointEntry, _ window: FileWindow) {
        self.entry = entry
        self.window = window
    }

    mutating func directory(of store: StoreID) throws(LogReadError) -> CheckpointDirectory {
        let number = entry.sequence.rawValue
        let header = NumberedHeader(.checkpoint, store: store, number: number)
        let start = try bytes(at: 0, count: NumberedHeader.size)
        let end = entry.fileSize - min(entry.fileSize, UInt64(FileTrailer.size))
        let last = try bytes(at: end, count: FileTrailer.size)
        do throws(FormatError) {
            guard window.size == entry.fileSize,
                try NumberedHeader(.checkpoint, decoding: start) == header
            else { throw .damaged("it is not the checkpoint that the manifest means") }
            let trailer = try FileTrailer(
                decoding: last,
                headerChecksum: header.checksum,
                fileSize: entry.fileSize
            )
            let directory = try decoder.directory(trailer, stored: try storedDirectory(trailer))
            guard directory.sequence == entry.sequence else {
                throw .damaged("it is of another event than the manifest says")
            }
            return directory
        } catch {
            throw .damaged(file: entry.fileName, offset: end, reason: "\(error)")
        }
    }

    private mutating func storedDirectory(_ trailer: FileTrailer) throws(FormatError) -> [UInt8] {
        do throws(LogStoreError) {
            return Array(
                try window.bytes(
                    at: trailer.directoryOffset,
                    count: trailer.directory.storedLength
                )
            )
        } catch {
            throw .damaged(error.message)
        }
    }

    private mutating func bytes(at offset: UInt64, count: Int) throws(LogReadError) -> [UInt8] {
        do throws(LogStoreError) {
            return Array(try window.bytes(at: offset, count: count))
        } catch {
            throw .unreadable(error, entry)
        }
    }

    mutating func jobs(of part: CheckpointDirectory.Part) -> Result<[JobImage], LogReadError> {
        Result { () throws(LogReadError) in
            try decoded(part) { decoder, stored throws(FormatError) in
                try decoder.jobs(part, stored: stored)
            }
        }
    }

    mutating func decoded<Value>(
        _ part: CheckpointDirectory.Part,
        _ body: (inout CheckpointDecoder, [UInt8]) throws(FormatError) -> Value
    ) throws(LogReadError) -> Value {
        let stored = try bytes(at: part.offset, count: part.bytes.storedLength)
        do throws(FormatError) {
            return try body(&decoder, stored)
        } catch {
            throw damaged(part, "\(error)")
        }
    }

    func damaged(_ part: CheckpointDirectory.Part, _ reason: String) -> LogReadError {
        .damaged(file: entry.fileName, offset: part.offset, reason: reason)
    }
}

extension LogReadError {
    /// For a checkpoint that could not be opened or read.
    static func unreadable(
        _ error: LogStoreError,
        _ entry: CheckpointEntry
    ) -> LogReadError {
        if let call = error.cause as? SystemCallError { return .inputOutput(call) }
        return .damaged(file: entry.fileName, offset: error.offset ?? 0, reason: error.message)
    }
}

/// The parts of a checkpoint that have jobs, in order.
///
/// If there are many they are read and decoded on a thread of their own, while the caller makes a
/// ledger of those before.
struct JobParts: ~Copyable {
    private typealias Piece = Result<[JobImage], LogReadError>

    /// Fewer are read before another thread is awake.
    private static let aheadMin = 8

    private var rest: ArraySlice<CheckpointDirectory.Part>
    private var reader: CheckpointParts
    private let ahead: ReadAhead<Piece>?

    init(_ parts: [CheckpointDirectory.Part], of file: borrowing CheckpointParts) {
        rest = parts[...]
        let (entry, window) = (file.entry, file.window)
        reader = CheckpointParts(entry, window)
        guard parts.count >= Self.aheadMin, clogjobs_processors() > 1 else {
            ahead = nil
            return
        }
        ahead = ReadAhead("LogJobs.checkpoint") { put in
            var reader = CheckpointParts(entry, window)
            for part in parts {
                let piece = reader.jobs(of: part)
                guard put(piece), case .success = piece else { return }
            }
        }
    }

    /// The next part, and what is in it; `nil` behind the last.
    mutating func next() throws(LogReadError) -> (CheckpointDirectory.Part, [JobImage])? {
        guard let part = rest.popFirst() else { return nil }
        return (part, try (ahead?.next() ?? reader.jobs(of: part)).get())
    }

    func close() {
        ahead?.close()
    }
}
