/// What became of flipped bits, file by file.
struct FlipTally: Sendable, Hashable {
    /// What opening a store made of one flipped bit.
    enum Verdict: String, Sendable, Hashable {
        /// An error that names the file and a place in it.
        case refused
        /// Nothing that the store shows is another.
        case harmless
        /// The last commit is missing, and the report says that the log is torn there.
        case torn
    }

    /// The bits of one file that had one verdict.
    private struct Span: Sendable, Hashable {
        var count = 0
        /// The first and the last of them.
        var first = Int.max
        var last = -1
    }

    private struct Place: Sendable, Hashable {
        var path: String
        var verdict: Verdict
    }

    private var spans: [Place: Span] = [:]
    /// What must not be: another state, or an error that does not say where.
    var failures: [String] = []

    func count(_ verdict: Verdict) -> Int {
        spans.filter { $0.key.verdict == verdict }.reduce(0) { $0 + $1.value.count }
    }

    mutating func add(_ verdict: Verdict, _ flip: FlippedBit) {
        add(
            Span(count: 1, first: flip.bit, last: flip.bit),
            to: Place(path: flip.path, verdict: verdict)
        )
    }

    mutating func add(_ other: FlipTally) {
        failures += other.failures
        for (place, span) in other.spans { add(span, to: place) }
    }

    private mutating func add(_ more: Span, to place: Place) {
        var span = spans[place, default: Span()]
        span.count += more.count
        span.first = min(span.first, more.first)
        span.last = max(span.last, more.last)
        spans[place] = span
    }
}

extension FlipTally: CustomStringConvertible {
    var description: String {
        "\(count(.refused)) refused, \(count(.harmless)) harmless, \(count(.torn)) torn, "
            + "\(failures.count) wrong \(failures.prefix(5))"
    }
}

/// A bit of a file; bit 0 is the lowest of the first byte.
struct FlippedBit: Sendable, Hashable {
    var path: String
    var bit: Int

    /// Whether it is the one of its byte that stands for all: another in each of eight bytes.
    var isDiagonal: Bool { bit % 8 == bit / 8 % 8 }
}
