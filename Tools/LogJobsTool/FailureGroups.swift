import Foundation
import LazyJobs
import LogJobs

/// The answer to `errors`: the failures in the log, those that are alike together.
struct FailureGroups {
    struct Group: Encodable, Equatable {
        var kind: String
        /// What the texts have in common.
        var fingerprint: String
        /// How many attempts have failed so.
        var count = 0
        /// The text of the last of them.
        var error = ""
        var first = Timestamp(microseconds: 0)
        var last = Timestamp(microseconds: 0)
        /// Up to five jobs, the one that failed last first.
        var examples: [JobID] = []

        private enum CodingKeys: String, CodingKey {
            case kind, fingerprint, count, error, first, last, examples
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(kind, forKey: .kind)
            try container.encode(fingerprint, forKey: .fingerprint)
            try container.encode(count, forKey: .count)
            try container.encode(error, forKey: .error)
            try container.encode(RFC3339.string(from: first), forKey: .first)
            try container.encode(RFC3339.string(from: last), forKey: .last)
            try container.encode(examples, forKey: .examples)
        }
    }

    private struct Key: Hashable {
        var kind: String
        var fingerprint: String
    }

    private static let exampleCountMax = 5

    /// How many groups at the most, those with most failures first.
    private let limit: Int
    private var groups: [Key: Group] = [:]

    init(limit: Int = 100) {
        self.limit = limit
    }

    /// Takes an event into account that may be a failure.
    mutating func add(_ named: NamedEvent) {
        guard let transition = named.event.transition, let error = transition.change.failure else {
            return
        }
        let (id, time) = (transition.jobID, named.event.timestamp)
        // The kind of a job whose oldest events were dropped may not be known.
        let key = Key(kind: named.source?.kind ?? "?", fingerprint: Fingerprint.of(error))
        var group = groups[key] ?? Group(kind: key.kind, fingerprint: key.fingerprint, first: time)
        group.count += 1
        group.error = error
        group.last = time
        group.examples.removeAll { $0 == id }
        group.examples.insert(id, at: 0)
        if group.examples.count > Self.exampleCountMax { group.examples.removeLast() }
        groups[key] = group
    }

    /// The groups, those with most failures first.
    var sorted: [Group] {
        let all = groups.values.sorted {
            ($1.count, $1.last, $0.kind, $0.fingerprint) < (
                $0.count, $0.last, $1.kind, $1.fingerprint
            )
        }
        return Array(all.prefix(limit))
    }

    func lines(_ format: OutputFormat) throws -> [String] {
        switch format {
        case .json: try sorted.map { try JSONLine.string($0) }
        case .text: groups.isEmpty ? ["no failure"] : table.lines
        }
    }

    private var table: TextTable {
        var table = TextTable(["COUNT", "LAST", "KIND", "JOBS", "ERROR"], numbers: [0])
        for group in sorted {
            table.add([
                Quantity.digits(UInt64(group.count)),
                RFC3339.string(from: group.last),
                PlainText.escaped(group.kind),
                group.examples.map(\.description).joined(separator: " "),
                PlainText.escaped(group.error),
            ])
        }
        return table
    }
}

/// What is common to the texts of one error that tell of different numbers, ids and places.
enum Fingerprint {
    private static let sizeMax = 200

    /// The first line, in which each word with a digit in it has become `#`.
    ///
    /// Words are what stands between spaces and the marks `"'()[]{}<>,;:=/`; so an id, an address,
    /// a time, a number and a line of code are each one.
    static func of(_ text: String) -> String {
        var result = ""
        var word = ""
        func flush() {
            result += word.contains(where: \.isNumber) ? "#" : word
            word = ""
        }
        for character in text {
            if character.isNewline { break }
            if character == " " || marks.contains(character) {
                flush()
                result.append(character)
            } else {
                word.append(character)
            }
        }
        flush()
        return String(result.prefix(sizeMax))
    }

    private static let marks = Set("\"'()[]{}<>,;:=/")
}
