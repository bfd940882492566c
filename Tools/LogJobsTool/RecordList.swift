import LazyJobs

/// The answer to `list`.
struct RecordList {
    var records: [JobRecord]

    func lines(_ format: OutputFormat) throws -> [String] {
        switch format {
        case .json: try records.map { try JSONLine.string($0) }
        case .text: records.isEmpty ? ["no such job"] : table.lines
        }
    }

    private var table: TextTable {
        var table = TextTable(
            ["ID", "STATE", "ATTEMPT", "KIND", "QUEUE", "UPDATED", "ERROR"],
            numbers: [0, 2]
        )
        for record in records {
            table.add([
                record.id.description,
                record.state.rawValue,
                "\(record.attempt)/\(record.maxAttempts)",
                PlainText.escaped(record.kind),
                PlainText.escaped(record.queue),
                RFC3339.string(from: record.updatedAt),
                PlainText.escaped(record.lastError ?? ""),
            ])
        }
        return table
    }
}
