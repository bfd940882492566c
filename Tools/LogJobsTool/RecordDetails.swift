import LazyJobs

/// The answer to `show`: of the payload and the output nothing but their sizes.
struct RecordDetails {
    var record: JobRecord
    /// The arguments; `nil` when they can no longer be read.
    var payload: JobPayload?

    func lines(_ format: OutputFormat) throws -> [String] {
        switch format {
        case .json: [try JSONLine.string(self)]
        case .text: TextTable.properties(properties + rareProperties)
        }
    }
}

extension RecordDetails {
    private var properties: [(name: String, value: String)] {
        [
            ("id", record.id.description),
            ("kind", PlainText.escaped(record.kind)),
            ("queue", PlainText.escaped(record.queue)),
            ("state", record.state.rawValue),
            ("attempt", "\(record.attempt) of \(record.maxAttempts)"),
            ("priority", String(record.priority.rawValue)),
            ("created", RFC3339.string(from: record.createdAt)),
            ("updated", RFC3339.string(from: record.updatedAt)),
            ("run at", RFC3339.string(from: record.runAt)),
            ("payload", payloadText),
        ]
    }

    /// What most jobs do not have.
    private var rareProperties: [(name: String, value: String)] {
        var properties: [(name: String, value: String)] = []
        func add(_ name: String, _ value: String?) {
            if let value { properties.append((name, PlainText.escaped(value))) }
        }
        add("output", record.output.map { Quantity.bytes(UInt64($0.count)) })
        add("error", record.lastError)
        add("worker", record.worker)
        add("timeout", record.timeout.map(GoDuration.string(from:)))
        add("unique key", record.uniqueKey)
        add("concurrency key", record.concurrencyKey)
        add("idempotency key", record.idempotencyKey)
        add("schedule", record.scheduleKey)
        for tag in record.tags { add("tag", tag) }
        for (key, value) in record.metadata.sorted(by: { $0.key < $1.key }) {
            add("metadata", "\(key) = \(value)")
        }
        for id in record.waitsFor { add("waits for", id.description) }
        return properties
    }

    private var payloadText: String {
        guard let payload else { return "lost: it can no longer be read" }
        return "\(Quantity.bytes(UInt64(payload.bytes.count))) of "
            + "\(PlainText.escaped(payload.encoding)), version \(payload.version)"
    }
}

extension RecordDetails: Encodable {
    private enum CodingKeys: String, CodingKey {
        case payload
        case outputSize = "output_size"
    }

    private struct PayloadJSON: Encodable {
        var size: Int
        var encoding: String
        var version: UInt32
    }

    /// Writes the keys of the record, and beside them what may be said of payload and output.
    func encode(to encoder: any Encoder) throws {
        try record.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        let summary = payload.map {
            PayloadJSON(size: $0.bytes.count, encoding: $0.encoding, version: $0.version)
        }
        try container.encodeIfPresent(summary, forKey: .payload)
        try container.encodeIfPresent(record.output?.count, forKey: .outputSize)
    }
}
