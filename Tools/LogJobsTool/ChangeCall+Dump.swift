import Foundation
import LazyJobs
import LogJobs

extension ChangeCall {
    func dump() async throws -> Report {
        let reader = try LogReader.open(folder)
        let name = source ?? URL(filePath: folder).standardizedFileURL.lastPathComponent
        let url = URL(filePath: file)
        guard !FileManager.default.fileExists(atPath: file) else {
            throw UsageError("\(file) is there already; name a new file")
        }
        try onFile("write") { try Data().write(to: url, options: .withoutOverwriting) }
        do {
            let handle = try Foundation.FileHandle(forWritingTo: url)
            let move = JobMove(source: name, takesRunning: takesRunning)
            var buffer = Data()
            let report = try await move.writeDump(of: MoveSource(reader)) { line in
                buffer += line + [UInt8(ascii: "\n")]
                if buffer.count >= 1 << 16 {
                    try handle.write(contentsOf: buffer)
                    buffer.removeAll()
                }
            }
            try handle.write(contentsOf: buffer)
            try handle.synchronize()
            try handle.close()
            return try DumpAnswer(jobs: report.jobCount).report(format, "dumped")
        } catch {
            try FileManager.default.removeItem(at: url)
            throw error
        }
    }

    func load() async throws -> Report {
        let handle = try onFile("read") {
            try Foundation.FileHandle(forReadingFrom: URL(filePath: file))
        }
        var lines = LineReader(handle)
        let backend = try await open(creates: true)
        do {
            let done = try await JobMove.load(
                into: backend,
                actor: actorName,
                takingLines: { try lines.next() }
            )
            try await backend.close()
            let answer = DumpAnswer(jobs: done.copiedCount, alreadyThere: done.alreadyThereCount)
            return try answer.report(format, "loaded")
        } catch {
            try await backend.close()
            throw error
        }
    }
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
            let reason = (error as NSError).localizedDescription
            throw FileError(description: "Could not \(operation) \(file): \(reason)")
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

    private enum CodingKeys: String, CodingKey {
        case jobs
        case alreadyThere = "already_there"
    }

    func report(_ format: OutputFormat, _ word: String) throws -> Report {
        let more = alreadyThere.map { ", \($0) were there already" } ?? ""
        let text = "\(word) \(Quantity.count(jobs, "job"))\(more)"
        return Report(lines: [format == .json ? try JSONLine.string(self) : text])
    }
}

/// The lines of a file, one at a time.
private struct LineReader {
    private let handle: Foundation.FileHandle
    private var buffer = Data()

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
                    throw BackendError(.unavailable, error.message, cause: error)
                }
            },
            schedules: { () throws(BackendError) in reader.schedules() },
            pausedQueues: { () throws(BackendError) in reader.pausedQueues() }
        )
    }
}
