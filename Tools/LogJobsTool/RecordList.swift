import LazyJobs
import LogJobs

/// The answer to `list`.
struct RecordList {
    var records: [JobRecord]

    init(records: [JobRecord]) {
        self.records = records
    }

    /// The jobs that fit, the one that changed last first.
    init(_ reader: LogReader, _ filter: Filter, limit: Int) throws {
        guard filter.isOfChanges else {
            self.init(records: try reader.list(filter.query(limit: limit)))
            return
        }
        var records: [JobRecord] = []
        try filter.forEachRecord(reader) { record in
            records.append(record)
            if records.count >= 2 * limit { records.removeFirst(records.count - limit) }
        }
        self.init(records: records.suffix(limit).reversed())
    }

    func lines(_ format: OutputFormat) throws -> [String] {
        switch format {
        case .json: try records.map { try JSONLine.string($0) }
        case .text: records.isEmpty ? ["no jobs"] : table.lines
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
