import Foundation
import LazyJobs
import LogJobs

/// What the tool says: the answer, remarks on it, and how it ends.
struct Report: Equatable {
    /// For standard output.
    var lines: [String]
    /// For standard error.
    var remarks: [String] = []
    var status = ExitStatus.fine
}

/// With what a call is answered.
struct Surroundings {
    var clock: any JobClock = SystemClock()
    var progress = ProgressBar()
    /// How a store is opened for reading.
    var open: (String, LogRecovery.Progress?) throws -> LogReader = LogReader.open
}

extension Invocation {
    /// Whether lines are handed out before all is read.
    var isHandedOut: Bool {
        switch self {
        case .run(.export, _, _), .run(.tail(_, nil, _), _, _): true
        case .help, .run: false
        }
    }

    /// Does what was asked, and gathers the answer; what would not end is not done.
    func report(_ surroundings: Surroundings = Surroundings()) throws -> Report {
        var lines: [String] = []
        var report = try answer(surroundings) { lines.append($0) }
        report.lines = lines + report.lines
        return report
    }

    /// Does what was asked, and hands out the lines of long answers on the way.
    ///
    /// - Returns: What is left to be said.
    func answer(
        _ surroundings: Surroundings,
        _ line: (String) throws -> Void
    ) throws -> Report {
        defer { surroundings.progress.end() }
        switch self {
        case .help(let verb): return Report(lines: CommandHelp.lines(verb))
        case .run(.verify, let folder, let format):
            return try Verification.report(folder, format, surroundings.progress)
        case .run(.backup(let target), let folder, let format):
            return try onTarget(target) {
                let answer = try BackupAnswer(from: folder, to: target, surroundings.progress)
                return Report(lines: try answer.lines(format))
            }
        case .run(.repair(let target), let folder, let format):
            return try onTarget(target) {
                let answer = try RepairAnswer(from: folder, into: target, surroundings.progress)
                return try answer.report(format)
            }
        case .run(let command, let folder, let format):
            func report() throws -> Report {
                let reader = try surroundings.open(folder, surroundings.progress.show)
                let answer = Answer(
                    reader: reader,
                    folder: folder,
                    format: format,
                    surroundings: surroundings
                )
                return try answer.report(command, line)
            }
            do {
                return try report()
            } catch let error as LogStoreError where error.code == .retired && !isHandedOut {
                // The store goes on meanwhile. What is dropped while it is read anew, was asked
                // for too late.
                return try report()
            }
        }
    }

    /// Says of a target that is refused what it may be.
    private func onTarget(_ target: String, _ body: () throws -> Report) throws -> Report {
        do {
            return try body()
        } catch let error as LogStoreError {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: target)) ?? []
            let isStorePart =
                names.contains { $0.hasPrefix("seg-") || $0.hasPrefix("arc-") }
                && !names.contains("MANIFEST")
            guard error.code == .notOurs, isStorePart else { throw error }
            var told = error
            told.message +=
                " It has files of a store and no manifest: it may be what a backup or repair left "
                + "that was killed. Then delete it."
            throw told
        }
    }

    /// Does what does not end, if that was asked.
    func follow(
        _ surroundings: Surroundings,
        remark: (String) throws -> Void,
        _ line: (String) throws -> Void
    ) async throws -> Bool {
        guard case .run(.tail(let filter, let count, true), let folder, let format) = self else {
            return false
        }
        let reader = try surroundings.open(folder, surroundings.progress.show)
        let tail = Tail(filter: filter, count: count)
        if count == nil { try reader.remarks(on: filter).forEach(remark) }
        let last = reader.report.lastSequence
        try tail.write(reader, format, { surroundings.progress.show($0, of: last) }) { text in
            surroundings.progress.end()
            try line(text)
        }
        surroundings.progress.end()
        try await tail.follow(reader, format, clock: surroundings.clock, line)
        return true
    }
}
