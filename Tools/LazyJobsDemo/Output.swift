import LazyJobs

/// Where the demo keeps things: one folder, all in it.
struct Output {
    let folder: BytePath
    /// The log store.
    let store: String
    /// The files that were counted as enqueued, written by the run that did so.
    let inputs: BytePath

    init(_ folder: String) {
        self.folder = BytePath(folder)
        store = folder + "/store"
        inputs = BytePath(folder + "/inputs")
    }

    /// What a job makes: unlike any other by the job's number, and named after its file.
    func result(of job: JobID, from input: BytePath) -> BytePath {
        let plain = input.name.prefix(100).map { Self.isPlain($0) ? $0 : UInt8(ascii: "_") }
        return folder.appending(Array("\(job)-".utf8) + plain + Array(".gz".utf8))
    }

    /// What a job writes before it is whole; every attempt of the job begins it anew.
    func draft(of job: JobID) -> BytePath {
        folder.appending(Array("\(job).tmp".utf8))
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

extension Output {
    /// What was begun and never became whole; none, when every job has come to its end.
    func leftoverDrafts() throws(FileError) -> [BytePath] {
        let names = try FileWalk.names(in: folder)
        return names.filter { $0.suffix(4) == Array(".tmp".utf8)[...] }.map(folder.appending)
            .sorted()
    }

    /// Writes down which files were counted, for the comparison to start from.
    func keepInputs(_ paths: [BytePath]) throws(FileError) {
        let draft = folder.appending(Array("inputs.tmp".utf8))
        let file = try OpenFile(writing: draft)
        for path in paths { try file.write((path.bytes + [0])[...]) }
        try file.sync()
        try draft.rename(to: inputs)
        try OpenFile(folder: folder).sync()
    }

    /// The files that were counted; `nil` when none have been yet.
    func keptInputs() throws(FileError) -> [BytePath]? {
        let file: OpenFile
        do {
            file = try OpenFile(reading: inputs)
        } catch {
            if error.isNotFound { return nil }
            throw error
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: bufferSize)
        while case let count = try file.read(into: &buffer), count > 0 {
            bytes += buffer[..<count]
        }
        return bytes.split(separator: 0).map { BytePath(bytes: Array($0)) }
    }
}

/// How much of a file is in memory at a time.
let bufferSize = 64 << 10
