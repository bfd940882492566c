import LazyJobs
import LogJobs

/// The answer to `backup`.
struct BackupAnswer {
    var target: String
    var report: BackupReport

    init(target: String, report: BackupReport) {
        self.target = target
        self.report = report
    }

    /// Makes the backup.
    init(from folder: String, to target: String, _ progress: ProgressBar) throws {
        let report = try LogBackup.run(from: folder, to: target, progress: progress.show)
        self.init(target: target, report: report)
    }

    func lines(_ format: OutputFormat) throws -> [String] {
        switch format {
        case .json: [try JSONLine.string(self)]
        case .text: TextTable.properties(properties)
        }
    }

    private var properties: [(name: String, value: String)] {
        [
            ("backup", PlainText.escaped(target)),
            ("events", Quantity.digits(report.verification.lastSequence.rawValue)),
            ("linked", Self.text(report.linkedFileCount, report.linkedByteCount)),
            ("copied", Self.text(report.copiedFileCount, report.copiedByteCount)),
            ("verified", Quantity.bytes(report.verification.byteCount)),
        ]
    }

    private static func text(_ count: Int, _ bytes: UInt64) -> String {
        "\(Quantity.count(count, "file")), \(Quantity.bytes(bytes))"
    }
}

extension BackupAnswer: Encodable {
    private enum CodingKeys: String, CodingKey {
        case target
        case lastSequence = "last_sequence"
        case linkedFiles = "linked_files"
        case linkedBytes = "linked_bytes"
        case copiedFiles = "copied_files"
        case copiedBytes = "copied_bytes"
        case verifiedBytes = "verified_bytes"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(target, forKey: .target)
        try container.encode(report.verification.lastSequence.rawValue, forKey: .lastSequence)
        try container.encode(report.linkedFileCount, forKey: .linkedFiles)
        try container.encode(report.linkedByteCount, forKey: .linkedBytes)
        try container.encode(report.copiedFileCount, forKey: .copiedFiles)
        try container.encode(report.copiedByteCount, forKey: .copiedBytes)
        try container.encode(report.verification.byteCount, forKey: .verifiedBytes)
    }
}
