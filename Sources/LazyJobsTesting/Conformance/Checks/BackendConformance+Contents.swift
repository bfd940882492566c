import Foundation
import LazyJobs

extension BackendConformance {
    static let contents: [Check] = [
        Check("every field of a job is in its record") { trial in
            try await trial.expectAccepted(.complete(runAt: trial.time(-5)))
        },
        Check("every field of a job outlives closing, and crashing") { trial in
            let job = NewJob.complete(runAt: trial.time(0))
            let expected = try await trial.enqueue(job)
            try await trial.closeAndReopen()
            try await trial.expectRecord(expected)
            try expect(try await trial.backend.payload(of: expected.id), is: job.payload)
            try await trial.crashAndReopen()
            try await trial.expectRecord(expected)
            let claimed = try await trial.claimOne()
            try expect(claimed.payload, is: job.payload, "payload")
        },
        Check("the fields of a job are the same at every step of its life") { trial in
            let job = NewJob.complete(runAt: trial.time(0))
            let enqueued = try await trial.enqueue(job)
            let claimed = try await trial.claimOne(worker: "w")
            let running = enqueued.with {
                $0.state = .running
                $0.attempt = 1
                $0.worker = "w"
            }
            try expect(claimed.record, is: running)
            let succeeded = try await trial.finish(claimed, .succeeded(output: [1, 2]))
            try expect(
                succeeded,
                is: running.with {
                    $0.state = .succeeded
                    $0.output = [1, 2]
                }
            )
        },
        Check("run-at times are kept to the nearest microsecond") { trial in
            for offset in [0.000_001, 0.999_999, 0.123_456_7, -0.000_000_6] {
                let date = trial.time(0).addingTimeInterval(offset)
                let record = try await trial.enqueue(.sample(runAt: date))
                try expect(record.runAt, is: Timestamp(date).date, "run-at time")
                try await trial.expectRecord(record)
            }
        },
        Check("texts keep their bytes, in any script") { trial in
            let texts = ["naïve", "nai\u{308}ve", "作業 🧵", "a\"b\\c\n\t", " edge ", "\u{202E}x"]
            for text in texts {
                let job = NewJob.sample(text, queue: text, tags: [text]).with {
                    $0.metadata = [text: text]
                }
                let id = try await trial.enqueue(job).id
                let record = try await trial.record(of: id)
                for found in [record.kind, record.queue, record.tags[0], record.metadata[text]] {
                    try expect(found.map { Array($0.utf8) }, is: Array(text.utf8), "bytes of text")
                }
            }
        },
        Check("a payload comes back byte for byte: empty, binary, of any length") { trial in
            let payloads: [[UInt8]] = [
                [], [0], Array(0...255), [UInt8](repeating: 0, count: 70_000), noise(32_767),
                noise(32_768), noise(32_769), noise(100_000),
            ]
            let jobs = payloads.map { NewJob.sample(payload: $0) }
            let records = try await trial.enqueue(jobs)
            for (record, payload) in zip(records, payloads) {
                try await trial.expectPayload(payload, of: record.id)
            }
            for (claimed, payload) in zip(try await trial.claim(), payloads) {
                try expect(claimed.payload?.bytes == payload, "the claimed payload differs")
            }
        },
        Check("the encoding and the version of a payload are kept") { trial in
            for (encoding, version) in [("json", 0), ("", 1), ("x-own", UInt32.max)] {
                let payload = JobPayload(bytes: [1], encoding: encoding, version: version)
                let job = NewJob.sample().with { $0.payload = payload }
                try await trial.expectAccepted(job)
                try expect(try await trial.claimOne().payload, is: payload, "payload")
            }
        },
        Check("the payload stays when the job has ended, and outlives closing") { trial in
            let bytes = noise(5_000)
            let claimed = try await trial.run(.sample(payload: bytes))
            try await trial.finish(claimed, .discard(error: "no"))
            try await trial.expectPayload(bytes, of: claimed.record.id)
            try await trial.closeAndReopen()
            try await trial.expectPayload(bytes, of: claimed.record.id)
        },
    ]
}

extension Trial {
    /// Fails the check unless a job has these bytes as its payload; does not print them.
    func expectPayload(_ bytes: [UInt8], of id: JobID, line: Int = #line) async throws {
        let found = try await backend.payload(of: id)
        try expect(found?.bytes == bytes, "the payload of job \(id) differs", line: line)
    }
}
