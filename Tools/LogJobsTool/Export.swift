import LazyJobs
import LogJobs

/// The answer to `export`: events or jobs, for other programs.
package struct Export: Equatable {
    enum Subject: String {
        case events, jobs
    }

    var subject: Subject
    var filter = Filter()
    /// Whether it is CSV; otherwise it is JSON, one object on each line.
    var isCSV = false

    /// Hands out each line as it is read.
    func write(
        _ reader: LogReader,
        _ progress: (SequenceNumber) -> Void,
        _ line: (String) throws -> Void
    ) throws {
        switch subject {
        case .events:
            if isCSV { try line(CSVRow(CSVRow.eventHeadings).line) }
            try reader.forEachNamedEvent(matching: filter.events, progress: progress) { named in
                let json = EventJSON(event: named.event, source: named.source)
                try line(isCSV ? CSVRow(named).line : JSONLine.string(json))
            }
        case .jobs:
            if isCSV { try line(CSVRow(CSVRow.recordHeadings).line) }
            try filter.forEachRecord(reader) { record in
                try line(isCSV ? CSVRow(record).line : JSONLine.string(record))
            }
        }
    }
}

extension CSVRow {
    fileprivate static let eventHeadings = [
        "sequence", "epoch", "time", "event", "job_id", "version", "attempt", "kind", "queue",
        "worker", "error", "reason", "actor", "duration_us", "run_at", "payload_size",
        "output_size", "schedule_key",
    ]

    fileprivate init(_ named: NamedEvent) {
        self.init()
        let details = EventDetails(named)
        let transition = named.event.transition
        add(named.event.sequence.rawValue)
        add(named.event.epoch)
        add(word: RFC3339.string(from: named.event.timestamp))
        add(word: named.event.body.name)
        add(transition?.jobID.rawValue)
        add(transition?.version)
        add(transition?.attempt)
        add(text: details.kind)
        add(text: details.queue)
        add(text: details.worker)
        add(text: details.error)
        add(text: details.reason)
        add(text: details.actor)
        add(transition?.change.duration?.wholeMicroseconds)
        add(word: details.runAt)
        add(details.payloadSize)
        add(details.outputSize)
        add(text: details.scheduleKey)
    }

    fileprivate static let recordHeadings = [
        "id", "kind", "queue", "state", "attempt", "max_attempts", "priority", "created_at",
        "updated_at", "run_at", "worker", "last_error", "tags", "unique_key", "schedule_key",
        "output_size",
    ]

    fileprivate init(_ record: JobRecord) {
        self.init()
        add(record.id.rawValue)
        add(text: record.kind)
        add(text: record.queue)
        add(word: record.state.rawValue)
        add(record.attempt)
        add(record.maxAttempts)
        add(record.priority.rawValue)
        add(word: RFC3339.string(from: record.createdAt))
        add(word: RFC3339.string(from: record.updatedAt))
        add(word: RFC3339.string(from: record.runAt))
        add(text: record.worker)
        add(text: record.lastError)
        add(text: record.tags.joined(separator: " "))
        add(text: record.uniqueKey)
        add(text: record.scheduleKey)
        add(record.output?.count)
    }
}
