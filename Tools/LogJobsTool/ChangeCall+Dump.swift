import Foundation
import LazyJobs
import LogJobs

extension ChangeCall {
    func dump(_ progress: ProgressBar) async throws -> Report {
        let reader = try LogReader.open(folder, progress: progress.show)
        // Folders may have the same name, stores have not.
        let move = JobMove(source: source ?? "\(reader.storeID)", takesRunning: takesRunning)
        guard !isPiped else {
            let done = try await write(reader, of: move, to: .standardOutput, progress)
            var report = try DumpAnswer(done).report(format, "dumped")
            // Standard output has the dump.
            report.remarks = report.lines + report.remarks
            report.lines = []
            return report
        }
        let url = URL(filePath: file)
        guard !isInStore else {
            throw UsageError("\(file) would stand in the store's own folder; name another place")
        }
        guard !FileManager.default.fileExists(atPath: file) else {
            throw UsageError("\(file) is there already; name a new file")
        }
        // For nobody else to read, as the store itself: there are payloads in it.
        try onFile("write") {
            let files = PosixFileSystem()
            files.close(try files.open(file, .create))
        }
        do {
            let handle = try Foundation.FileHandle(forWritingTo: url)
            let done = try await write(reader, of: move, to: handle, progress)
            try handle.synchronize()
            try handle.close()
            return try DumpAnswer(done).report(format, "dumped")
        } catch {
            // What it fails with says more than that a part of the file is still there.
            do { try FileManager.default.removeItem(at: url) } catch {}
            throw error
        }
    }

    private func write(
        _ reader: LogReader,
        of move: JobMove,
        to handle: Foundation.FileHandle,
        _ progress: ProgressBar
    ) async throws -> JobDumpReport {
        var buffer = Data()
        let total = Double(
            reader.stats().byState.lazy.filter { !$0.key.isFinal }.reduce(0) { $0 + $1.value }
        )
        var count = 0.0
        let done = try await move.writeDump(of: MoveSource(reader)) { line in
            buffer += line + [UInt8(ascii: "\n")]
            count += 1
            progress.show(count / total)
            if buffer.count >= 1 << 16 {
                try onFile("write") { try handle.write(contentsOf: buffer) }
                buffer.removeAll()
            }
        }
        try onFile("write") { try handle.write(contentsOf: buffer) }
        return done
    }

    func load(_ progress: ProgressBar) async throws -> Report {
        let handle =
            isPiped
            ? Foundation.FileHandle.standardInput
            : try onFile("read") {
                try Foundation.FileHandle(forReadingFrom: URL(filePath: file))
            }
        // Unknown for a pipe, and then not shown.
        let size = Double(
            (try? URL(filePath: file).resourceValues(forKeys: [.fileSizeKey]).fileSize) ?? 0
        )
        var lines = LineReader(handle)
        var first = try onFile("read") { try lines.next() }
        // Before a store is made for what is none.
        let source = try JobMove.source(ofDumpBeginning: first ?? Data())
        let done = try await withStore(creates: true) { backend in
            guard backend.storeID.map({ "\($0)" }) != source else {
                throw UsageError(
                    "the dump was made of \(folder), whose jobs would run twice; name another"
                )
            }
            return try await JobMove.load(into: backend, actor: actorName) {
                if let line = first.take() { return line }
                progress.show(Double(lines.byteCount) / size)
                return try onFile("read") { try lines.next() }
            }
        }
        return try DumpAnswer(done).report(format, "loaded")
    }

    /// Whether the file would be one of the store's folder, by whatever path.
    private var isInStore: Bool {
        let parent = URL(filePath: file).deletingLastPathComponent().resolvingSymlinksInPath()
        let store = URL(filePath: folder).resolvingSymlinksInPath()
        return parent.pathComponents.starts(with: store.pathComponents)
    }

    /// Whether the dump stands in no file.
    var isPiped: Bool { file == "-" }
}

extension ChangeCall {
    /// Says of a failure in words which file it is about.
    private func onFile<Answer>(
        _ operation: String,
        _ body: () throws -> Answer
    ) throws -> Answer {
        do {
            return try body()
        } catch {
            throw FileError(
                description:
                    "Could not \(operation) \(file): \(SystemReason(error)). Mend that, or "
                    + "name another file."
            )
        }
    }
}

/// Why the file of a dump cannot be used.
private struct FileError: Error, CustomStringConvertible {
    var description: String
}

/// How many jobs went into a file, or came out of it.
private struct DumpAnswer: Encodable {
    var jobs: Int
    var alreadyThere: Int?
    /// Those whose arguments are lost, if there are any.
    var lost: [JobID]?

    private enum CodingKeys: String, CodingKey {
        case jobs, lost
        case alreadyThere = "already_there"
    }

    init(_ report: JobDumpReport) {
        jobs = report.jobCount
        lost = report.lostJobs.isEmpty ? nil : report.lostJobs
    }

    init(_ report: JobMoveReport) {
        (jobs, alreadyThere) = (report.copiedCount, report.alreadyThereCount)
        lost = report.lostJobs.isEmpty ? nil : report.lostJobs
    }

    func report(_ format: OutputFormat, _ word: String) throws -> Report {
        let more = alreadyThere.map { ", \($0) were there already" } ?? ""
        let text = "\(word) \(Quantity.count(jobs, "job"))\(more)"
        return Report(
            lines: [format == .json ? try JSONLine.string(self) : text],
            remarks: (lost ?? []).map { "job \($0) is left out: its arguments are lost" },
            status: lost == nil ? .fine : .damage
        )
    }
}

/// The lines of a file, one at a time.
private struct LineReader {
    private let handle: Foundation.FileHandle
    private var buffer = Data()
    /// How much of the file was read.
    private(set) var byteCount = 0

    init(_ handle: Foundation.FileHandle) {
        self.handle = handle
    }

    mutating func next() throws -> Data? {
        var searched = 0
        while true {
            if let end = buffer.dropFirst(searched).firstIndex(of: UInt8(ascii: "\n")) {
                defer { buffer = Data(buffer[(end + 1)...]) }
                return Data(buffer[..<end])
            }
            searched = buffer.count
            let isTooLong = buffer.count > JobMove.lineSizeMax
            let more = isTooLong ? nil : try handle.read(upToCount: 1 << 16)
            guard let more, !more.isEmpty else {
                defer { buffer = Data() }
                return buffer.isEmpty ? nil : buffer
            }
            buffer += more
            byteCount += more.count
        }
    }
}

extension MoveSource {
    /// A store that is only read.
    fileprivate init(_ reader: LogReader) {
        self.init(
            list: { query throws(BackendError) in try reader.list(query) },
            payload: { id throws(BackendError) in
                do throws(LogStoreError) {
                    return try reader.payload(of: id)
                } catch {
                    let code: BackendError.Code =
                        error.code == .corruption ? .corruption : .unavailable
                    throw BackendError(code, error.message, cause: error)
                }
            },
            schedules: { () throws(BackendError) in reader.schedules() },
            pausedQueues: { () throws(BackendError) in reader.pausedQueues() }
        )
    }
}
