import LazyJobs
import LogJobs

/// The answer to `verify` when all of the store could be read.
struct Verification {
    var report: RecoveryReport

    /// Reads and checks a store.
    ///
    /// Damage is an answer too: in JSON it is printed as one.
    static func report(
        _ folder: String,
        _ format: OutputFormat,
        _ progress: ProgressBar
    ) throws -> Report {
        do {
            let report = try LogReader.verify(folder, progress: progress.show)
            return try Verification(report: report).answer(format)
        } catch let error as LogStoreError {
            return try report(error, format)
        }
    }

    static func report(_ error: LogStoreError, _ format: OutputFormat) throws -> Report {
        let failure = Failure(error)
        guard failure.status == .damage else { throw error }
        let lines = format == .json ? [try JSONLine.string(DamageJSON(error))] : []
        return Report(lines: lines, remarks: [failure.message], status: .damage)
    }

    /// A damaged checkpoint costs only time to open the store, but shows a disk that is not sound.
    func answer(_ format: OutputFormat) throws -> Report {
        Report(
            lines: try lines(format),
            remarks: report.ignoredCheckpoints.map { checkpoint in
                PlainText.escaped("\(checkpoint.file) cannot be used: \(checkpoint.reason).")
                    + Self.remedy
            },
            status: isDamaged ? .damage : .fine
        )
    }

    private static let remedy =
        " No job is lost, but opening takes longer until the next checkpoint; look after the disk."

    private var isDamaged: Bool { !report.ignoredCheckpoints.isEmpty }

    /// Each archive has a link for each segment in it.
    private var archiveCount: Int { Set(archiveLinks.map(\.file)).count }

    /// The links of the chain that stand in archives.
    private var archiveLinks: [HistoryLink] { report.links.filter { $0.file.hasSuffix(".lja") } }

    func lines(_ format: OutputFormat) throws -> [String] {
        switch format {
        case .json: [try JSONLine.string(self)]
        case .text: [summary] + remarks
        }
    }

    private var summary: String {
        "verified \(Quantity.count(report.segmentCount, "segment")), "
            + "\(Quantity.count(report.frameCount, "frame")), "
            + "\(Quantity.count(report.eventCount, "event")), \(Quantity.bytes(report.byteCount)): "
            + (isDamaged ? "no damage but to checkpoints" : "no damage")
    }

    private var remarks: [String] {
        var remarks: [String] = []
        if let last = archiveLinks.last?.lastSequence {
            let archives = Quantity.count(archiveCount, "archive")
            remarks.append("verified \(archives) too, with events up to \(last)")
        }
        if let link = report.links.last {
            remarks.append("digest of all up to event \(link.lastSequence): \(link.digest)")
        }
        if let tail = report.tornTail {
            remarks.append("the log ends with an unfinished write, as of a crash: \(tail.text)")
        } else if !report.wasClosed {
            remarks.append(
                "the store is open, a copy of an open one, or was left by a program that died"
            )
        }
        return remarks
    }
}

extension Verification: Encodable {
    private enum CodingKeys: String, CodingKey {
        case damaged, closed, epoch, segments, frames, events, bytes
        case lastSequence = "last_sequence"
        case tornTail = "torn_tail"
        case digest, digests, archives
        case ignoredCheckpoints = "ignored_checkpoints"
    }

    /// A checkpoint that cannot be used.
    private struct IgnoredFileJSON: Encodable {
        var file: String
        var reason: String

        init(_ ignored: RecoveryReport.IgnoredFile) {
            (file, reason) = (ignored.file, ignored.reason)
        }
    }

    /// A link of the chain of digests.
    private struct LinkJSON: Encodable {
        var file: String
        var lastSequence: UInt64
        var digest: String

        private enum CodingKeys: String, CodingKey {
            case file, digest
            case lastSequence = "last_sequence"
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(isDamaged, forKey: .damaged)
        try container.encode(report.wasClosed, forKey: .closed)
        try container.encode(report.epoch, forKey: .epoch)
        try container.encode(archiveCount, forKey: .archives)
        try container.encode(
            report.ignoredCheckpoints.map(IgnoredFileJSON.init),
            forKey: .ignoredCheckpoints
        )
        try container.encode(report.segmentCount, forKey: .segments)
        try container.encode(report.frameCount, forKey: .frames)
        try container.encode(report.eventCount, forKey: .events)
        try container.encode(report.byteCount, forKey: .bytes)
        try container.encode(report.lastSequence.rawValue, forKey: .lastSequence)
        try container.encodeIfPresent(report.tornTail.map(TornTailJSON.init), forKey: .tornTail)
        try container.encodeIfPresent(report.links.last?.digest, forKey: .digest)
        let links = report.links.map { link in
            LinkJSON(
                file: link.file,
                lastSequence: link.lastSequence.rawValue,
                digest: link.digest
            )
        }
        if !links.isEmpty { try container.encode(links, forKey: .digests) }
    }
}

/// The answer to `verify` in JSON when the store is damaged.
private struct DamageJSON: Encodable {
    var damaged = true
    var code: String
    var message: String
    var file: String?
    var offset: UInt64?

    init(_ error: LogStoreError) {
        code = error.code.rawValue
        message = error.message
        file = error.file
        offset = error.offset
    }
}
