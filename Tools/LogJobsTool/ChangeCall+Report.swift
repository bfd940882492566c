import Foundation
import LazyJobs
import LogJobs

extension ChangeAnswer {
    /// Whether lines go to standard output on the way.
    var isHandedOut: Bool {
        guard case .call(let call) = self else { return false }
        return call.verb == .dump && call.isPiped
    }

    /// Does what was asked.
    func report(_ progress: ProgressBar = ProgressBar()) async throws -> Report {
        switch self {
        case .help(let verb): return Report(lines: ChangeHelp.lines(verb))
        case .call(let call):
            do {
                return try await call.report(progress)
            } catch let error as BackendError where error.cause is LogStoreError {
                throw error.cause ?? error
            }
        }
    }
}

extension ChangeCall {
    fileprivate func report(_ progress: ProgressBar) async throws -> Report {
        switch verb {
        case .retry, .cancel, .prune:
            isSure ? try await change(progress) : try await count(progress)
        case .compact: try await compact(progress)
        case .dump: try await dump(progress)
        case .load: try await load(progress)
        }
    }

    /// What would be done, and what would be refused.
    private func count(_ progress: ProgressBar) async throws -> Report {
        let reader = try LogReader.open(folder, progress: progress.show)
        let ids =
            selection.ids.isEmpty
            ? try await selection.jobs(usually: verb.usualStates) {
                try reader.list($0)
            } lastTransition: {
                reader.lastTransition(of: $0)
            }.map(\.id) : selection.ids
        var trial = ChangeTrial(verb, of: reader)
        var answer = ChangeReport(verb: verb.rawValue, isDone: false)
        for id in ids {
            if let refusal = trial.refusal(of: id) {
                answer.refusals.append(refusal)
            } else {
                answer.ids.append(id)
            }
        }
        var report = try answer.report(format)
        guard format == .text else { return report }
        let isNone = answer.ids.isEmpty
        let shown = RecordList(records: answer.ids.prefix(20).compactMap(reader.record))
        if !isNone { report.lines = try shown.lines(.text) + report.lines }
        report.remarks.append("nothing was changed" + (isNone ? "" : "; add --yes to do it"))
        return report
    }

    private func change(_ progress: ProgressBar) async throws -> Report {
        try await withStore(creates: false) { backend in
            let ids =
                selection.ids.isEmpty
                ? try await selection.jobs(usually: verb.usualStates) {
                    try await backend.list($0)
                } lastTransition: {
                    try await backend.lastTransition(of: $0)
                }.map(\.id) : selection.ids
            var answer = ChangeReport(verb: verb.rawValue, isDone: true)
            for start in stride(from: 0, to: ids.count, by: 1_000) {
                progress.show(Double(start) / Double(ids.count))
                let batch = Array(ids[start..<min(start + 1_000, ids.count)])
                for (id, result) in zip(batch, try await apply(to: batch, in: backend)) {
                    switch result {
                    case .success: answer.ids.append(id)
                    case .failure(let error): answer.refusals.append(error.message)
                    }
                }
            }
            return answer
        }.report(format)
    }

    private func apply(to ids: [JobID], in backend: LogBackend) async throws -> [FinishResult] {
        switch verb {
        case .retry: try await backend.retry(ids, reason: reason, actor: actorName)
        case .cancel:
            try await backend.cancel(ids, reason: reason ?? "by hand", actor: actorName)
        default: try await backend.prune(ids)
        }
    }

    var actorName: String { actor ?? JobLimits.cut(Self.user, to: JobLimits.nameSizeMax) }

    private static var user: String { "\(NSUserName())@\(ProcessIdentity.current.host)" }

    /// Opens the store with nothing done in the background, and closes it whatever happens.
    func withStore<Answer>(
        creates: Bool,
        archive: ArchivePolicy = .keep(),
        _ body: (LogBackend) async throws -> Answer
    ) async throws -> Answer {
        var configuration = LogBackend.Configuration(
            createsFolder: creates,
            archive: archive,
            retention: .forever
        )
        configuration.runsUpkeep = false
        let backend = try await openStore(configuration)
        let answer: Answer
        do {
            answer = try await body(backend)
        } catch {
            // What it fails with says more than how a close fails behind it.
            do { try await backend.close() } catch {}
            throw error
        }
        try await backend.close()
        return answer
    }

    private func openStore(_ configuration: LogBackend.Configuration) async throws -> LogBackend {
        do {
            return try await LogBackend.open(folder, configuration: configuration)
        } catch {
            guard error.code == .notFound, !configuration.createsFolder else { throw error }
            // The library's own remedy is one for programs.
            let message = "There is no store in \(folder); name the folder of one."
            throw LogStoreError(.notFound, message, cause: error)
        }
    }

    private func compact(_ progress: ProgressBar) async throws -> Report {
        let archive: ArchivePolicy = dropsHistory ? .delete : .keep()
        let done = try await withStore(creates: false, archive: archive) { backend in
            try await backend.compact(progress: progress.show)
        }
        return try CompactionAnswer(done).report(format)
    }
}

/// What was done to jobs, or would be.
private struct ChangeReport: Encodable {
    var verb: String
    var isDone: Bool
    var ids: [JobID] = []
    var refusals: [String] = []

    private enum CodingKeys: String, CodingKey {
        case verb, ids
        case isDone = "done"
        case refusals = "refused"
    }

    func report(_ format: OutputFormat) throws -> Report {
        let text = "\(verb): \(Quantity.count(ids.count, "job"))"
        return Report(
            lines: format == .json ? [try JSONLine.string(self)] : [text],
            remarks: refusals.map(PlainText.escaped),
            status: refusals.isEmpty ? .fine : .usage
        )
    }
}

/// What a compaction has done.
private struct CompactionAnswer: Encodable {
    var segments: Int
    var bytes: UInt64
    var carried: Int

    init(_ report: CompactionReport) {
        (segments, bytes) = (report.segmentCount, report.byteCount)
        carried = report.carriedCount
    }

    func report(_ format: OutputFormat) throws -> Report {
        let text =
            "retired \(Quantity.count(segments, "segment")) of \(Quantity.bytes(bytes)), "
            + "carried \(Quantity.count(carried, "job"))"
        return Report(lines: [format == .json ? try JSONLine.string(self) : text])
    }
}
