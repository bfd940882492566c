package import Foundation

/// Turns the pieces of a dump into lines and back.
package struct DumpCoder {
    package enum Content: Sendable {
        case header(source: String)
        case item(MovedItem)
        case end(jobCount: Int)
    }

    private static let version = 1

    private let encoder: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }()

    package init() {}

    package func line(_ content: Content) throws -> Data {
        var line = DumpLine()
        switch content {
        case .header(let source):
            line.header = DumpLine.Header(version: Self.version, source: source)
        case .item(.pausedQueue(let queue)): line.pausedQueue = queue
        case .item(.job(let job)): line.job = DumpedJob(job)
        case .item(.lostJob(let id)): line.lostJob = id.rawValue
        case .item(.schedule(let schedule)): line.schedule = DumpedSchedule(schedule)
        case .end(let jobCount): line.end = DumpLine.End(jobs: jobCount)
        }
        return try encoder.encode(line)
    }

    package func content(_ line: Data, _ number: Int) throws(JobDumpError) -> Content {
        func damaged(_ reason: String) -> JobDumpError {
            JobDumpError(line: number, reason: reason)
        }
        guard line.count <= JobMove.lineSizeMax else { throw damaged("it is too long") }
        let content: DumpLine
        do {
            content = try JSONDecoder().decode(DumpLine.self, from: line)
        } catch {
            throw damaged("it is not as it was written")
        }
        if let header = content.header {
            guard header.version == Self.version else {
                throw damaged("the format has version \(header.version), known is \(Self.version)")
            }
            return .header(source: header.source)
        }
        if let queue = content.pausedQueue { return .item(.pausedQueue(queue)) }
        if let job = content.job {
            guard let job = job.movedJob else { throw damaged("the job has no number") }
            return .item(.job(job))
        }
        if let id = content.lostJob { return .item(.lostJob(JobID(rawValue: id))) }
        if let schedule = content.schedule { return .item(.schedule(schedule.schedule)) }
        if let end = content.end { return .end(jobCount: end.jobs) }
        throw damaged("it is of an unknown kind")
    }
}

/// One line: exactly one of these.
private struct DumpLine: Codable {
    struct Header: Codable {
        var version: Int
        var source: String
    }

    struct End: Codable {
        var jobs: Int
    }

    var header: Header?
    var pausedQueue: String?
    var job: DumpedJob?
    var lostJob: UInt64?
    var schedule: DumpedSchedule?
    var end: End?

    private enum CodingKeys: String, CodingKey {
        case header = "lazyjobs_dump"
        case pausedQueue = "paused_queue"
        case lostJob = "lost_job"
        case job, schedule, end
    }
}
