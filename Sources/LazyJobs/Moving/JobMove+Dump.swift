public import Foundation

extension JobMove {
    /// How long a line of a dump can be, in bytes.
    public static let lineSizeMax = 4 << 20

    /// Writes what is still to be done as lines of JSON, to be carried to another machine and
    /// loaded there: see ``load(into:actor:takingLines:each:)``.
    ///
    /// Each line is one object: at first the version of the format and the name of the source, then
    /// the paused queues, the jobs with their payloads in base64, the schedules, and at last their
    /// number, by which a file that was cut off is known.
    ///
    /// - Parameters:
    ///   - backend: Where the jobs are; nothing in it changes.
    ///   - line: Takes the next line, without its newline.
    /// - Returns: How many jobs were written, and which could not be.
    /// - Throws: As ``run(from:to:each:)``, and what `line` throws.
    public func writeDump(
        of backend: any Backend,
        line: (Data) throws -> Void
    ) async throws -> JobDumpReport {
        try await writeDump(of: MoveSource(backend), line: line)
    }

    package func writeDump(
        of source: MoveSource,
        line: (Data) throws -> Void
    ) async throws -> JobDumpReport {
        var departure = try await JobDeparture(from: source, of: self)
        let coder = DumpCoder()
        try line(try coder.line(.header(source: self.source)))
        var report = JobDumpReport()
        while let item = try await departure.next() {
            switch item {
            case .job: report.jobCount += 1
            case .lostJob(let id): report.lostJobs.append(id)
            case .pausedQueue, .schedule: break
            }
            try line(try coder.line(.item(item)))
        }
        try line(try coder.line(.end(jobCount: report.jobCount)))
        return report
    }

    /// The name of the source in a dump.
    ///
    /// - Parameter line: The first line of it, without its newline.
    /// - Returns: The name.
    /// - Throws: When a dump does not begin so.
    public static func source(ofDumpBeginning line: Data) throws(JobDumpError) -> String {
        guard case .header(let source) = try DumpCoder().content(line, 1) else {
            throw JobDumpError(line: 1, reason: "it does not begin as a dump does")
        }
        return source
    }

    /// Adds to a store what was written by ``writeDump(of:line:)``; it may be run again.
    ///
    /// - Parameters:
    ///   - backend: Where the jobs go.
    ///   - actor: Who loads them, in words for people; kept in the history.
    ///   - nextLine: Gives the next line, without its newline; nothing at the end.
    ///   - each: Is told of each job, as soon as it is in the store.
    /// - Returns: How much there was.
    /// - Throws: ``JobDumpError`` when a line is none of a dump, the store refuses what it says,
    ///   the end is missing, or something stands behind it; `invalidRequest` for the actor; what
    ///   else the store throws; what `nextLine` throws. What was added by then stays.
    public static func load(
        into backend: any Backend,
        actor: String? = nil,
        takingLines nextLine: () throws -> Data?,
        each: (MovedPair) -> Void = { _ in }
    ) async throws -> JobMoveReport {
        let coder = DumpCoder()
        var (number, count) = (1, 0)
        let source = try source(ofDumpBeginning: try nextLine() ?? Data())
        let move = JobMove(source: source, actor: actor)
        try move.checkActor()
        guard move.isSourceAllowed else {
            throw JobDumpError(line: 1, reason: "the name of the source is empty or too long")
        }
        var arrival = try JobArrival(in: backend, of: move)
        while let line = try nextLine() {
            number += 1
            switch try coder.content(line, number) {
            case .header:
                throw JobDumpError(line: number, reason: "another dump begins")
            case .item(let item):
                if case .job = item { count += 1 }
                try await arrival.taking { arrival throws(BackendError) in
                    try await arrival.take(item, line: number, each)
                }
            case .end(let jobCount):
                let report = try await arrival.taking { arrival throws(BackendError) in
                    try await arrival.finish(each)
                }
                guard jobCount == count else {
                    let reason = "\(count) jobs came before it, \(jobCount) were written"
                    throw JobDumpError(line: number, reason: reason)
                }
                guard let more = try nextLine() else { return report }
                throw behindEnd(more, number + 1)
            }
        }
        _ = try await arrival.taking { arrival throws(BackendError) in
            try await arrival.finish(each)
        }
        throw JobDumpError(line: number, reason: "the end is missing behind it")
    }

    private static func behindEnd(_ line: Data, _ number: Int) -> JobDumpError {
        do throws(JobDumpError) {
            _ = try source(ofDumpBeginning: line)
        } catch {
            return JobDumpError(line: number, reason: "it stands behind the end of the dump")
        }
        return JobDumpError(
            line: number,
            reason: "another dump begins behind the end of the first, which is loaded; part the "
                + "file, and load each"
        )
    }
}

extension JobArrival {
    /// Says of what the store refuses on which line it stands.
    fileprivate mutating func taking<Answer>(
        _ body: (inout Self) async throws(BackendError) -> Answer
    ) async throws -> Answer {
        do throws(BackendError) {
            return try await body(&self)
        } catch {
            guard error.code == .invalidRequest else { throw error }
            throw JobDumpError(line: line, refusal: error)
        }
    }
}

/// What went into a dump.
public struct JobDumpReport: Sendable, Hashable {
    /// How many jobs.
    public var jobCount = 0
    /// Jobs that are not in it, since the store cannot read their arguments.
    public var lostJobs: [JobID] = []

    /// Nothing went in.
    public init() {}
}

/// Why lines are no dump.
public struct JobDumpError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The number of the line, from 1.
    public var line: Int
    /// What is wrong with it.
    public var reason: String

    /// Makes an error.
    public init(line: Int, reason: String) {
        self.line = line
        self.reason = reason
    }

    /// What a store refuses; that nothing happened holds for that line alone, so it is not said.
    fileprivate init(line: Int, refusal: BackendError) {
        var words = refusal.message
        if words.hasSuffix(" Nothing happened.") { words.removeLast(" Nothing happened.".count) }
        if words.hasSuffix(".") { words.removeLast() }
        self.init(line: line, reason: "the store refuses it: \(words)")
    }

    /// Operation, place, reason and remedy.
    public var description: String {
        "Could not load the dump: line \(line): \(reason). Dump the jobs again; to load again adds "
            + "nothing twice."
    }
}
