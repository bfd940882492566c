import Foundation
import LazyJobs

extension BackendConformance {
    static let numberLimits: [Check] = [
        Check("a payload has at most 1 MiB") { trial in
            let size = JobLimits.payloadSizeMax
            try await trial.expectAccepted(.sample(payload: noise(size)))
            try await trial.expectRefused(.sample(payload: noise(size + 1)))
        },
        Check("a job has at most 32 tags") { trial in
            let tags = (0...JobLimits.tagCountMax).map { "tag \($0)" }
            try await trial.expectAccepted(.sample(tags: tags.dropLast()))
            try await trial.expectRefused(.sample(tags: tags))
        },
        Check("a job has 1 to 65,000 attempts") { trial in
            try await trial.expectAccepted(.sample(maxAttempts: 1))
            try await trial.expectAccepted(.sample(maxAttempts: JobLimits.attemptsMax))
            for number in [0, -1, Int.min, JobLimits.attemptsMax + 1, Int.max] {
                try await trial.expectRefused(.sample(maxAttempts: number))
            }
        },
        Check("a run-at time lies in the years 1 to 9999") { trial in
            try await trial.expectAccepted(.sample(runAt: JobLimits.earliest))
            try await trial.expectAccepted(.sample(runAt: JobLimits.latest))
            for date in Date.outOfBounds {
                try await trial.expectRefused(.sample(runAt: date))
            }
        },
        Check("the output of a job has at most 64 KiB, and a longer one ends nothing") { trial in
            let claimed = try await trial.run()
            let output = noise(JobLimits.outputSizeMax + 1)
            try await trial.expectUnchanged {
                let request = FinishRequest(claimed, .succeeded(output: output))
                try expectError(.invalidRequest, try await trial.backend.finish([request]).first)
            }
            let fits = Array(output.dropLast())
            let record = try await trial.finish(claimed, .succeeded(output: fits))
            try expect(record.output == fits, "the output differs")
        },
        Check("a retry and a snooze lie in the years 1 to 9999, or end nothing") { trial in
            let claimed = try await trial.run()
            for date in Date.outOfBounds {
                let outcomes: [JobOutcome] = [
                    .retry(error: "late", runAt: date), .snooze(until: date),
                ]
                for outcome in outcomes {
                    try await trial.expectUnchanged {
                        let request = FinishRequest(claimed, outcome)
                        let results = try await trial.backend.finish([request])
                        try expectError(.invalidRequest, results.first)
                    }
                }
            }
            let record = try await trial.finish(claimed, .snooze(until: JobLimits.latest))
            try expect(record.runAt, is: JobLimits.latest, "run-at time")
        },
        Check("a batch of 10,000 jobs is enqueued, claimed and finished as one") { trial in
            let count = JobLimits.batchCountMax
            let records = try await trial.enqueue([NewJob](repeating: .sample(), count: count))
            try expect(Set(records.map(\.id)).count, is: count, "distinct ids")
            let claimed = try await trial.claim(count)
            try expect(claimed.map(\.record.id), is: records.map(\.id), "claimed jobs")
            let results = try await trial.backend.finish(
                claimed.map { FinishRequest($0, .succeeded()) }
            )
            let states = try results.map { try $0.get().state }
            try expect(states == Array(repeating: .succeeded, count: count), "all succeed")
            try expect(try await trial.backend.stats().byState, is: [.succeeded: count], "stats")
        },
        Check("a batch of 10,001 is refused as a whole") { trial in
            let claimed = try await trial.run()
            let count = JobLimits.batchCountMax + 1
            try await trial.expectRefused(.invalidRequest) {
                _ = try await trial.backend.enqueue(Array(repeating: .sample(), count: count))
            }
            try await trial.expectRefused(.invalidRequest) {
                let request = FinishRequest(claimed, .succeeded())
                _ = try await trial.backend.finish(Array(repeating: request, count: count))
            }
            try await trial.expectRefused(.invalidRequest) {
                let ids = Array(repeating: claimed.record.id, count: count)
                _ = try await trial.backend.cancel(ids, reason: "none", actor: nil)
            }
        },
        Check("one call to enqueue has at most 16 MiB of payloads and texts") { trial in
            let payload = noise(JobLimits.payloadSizeMax)
            var jobs = [NewJob](repeating: .sample(payload: payload), count: 16)
            try await trial.expectRefused(.invalidRequest) {
                _ = try await trial.backend.enqueue(jobs)
            }
            // Room for the texts, which count too, however a backend adds them up.
            jobs[15].payload.bytes.removeLast(4096)
            try await trial.enqueue(jobs)
            try expect(try await trial.backend.stats().total, is: 16, "jobs")
        },
        Check("a claim asks for 1 to 10,000 jobs") { trial in
            try await trial.enqueue(.sample())
            for limit in [0, -1, Int.min, JobLimits.batchCountMax + 1, Int.max] {
                try await trial.expectRefused(.invalidRequest) {
                    _ = try await trial.claim(limit)
                }
            }
            try expect(try await trial.claim(JobLimits.batchCountMax).count, is: 1, "claimed jobs")
        },
        Check("a list asks for 1 to 10,000 records") { trial in
            try await trial.enqueue([.sample(), .sample()])
            for limit in [0, -1, Int.min, JobLimits.listCountMax + 1, Int.max] {
                try await expectError(.invalidRequest) {
                    _ = try await trial.backend.list(JobQuery(limit: limit))
                }
            }
            try expect(try await trial.backend.list(JobQuery(limit: 1)).count, is: 1, "records")
        },
    ]
}

extension Date {
    /// Times that no job may carry.
    static let outOfBounds = [
        JobLimits.earliest.addingTimeInterval(-1),
        JobLimits.latest.addingTimeInterval(1),
        Date(timeIntervalSince1970: .infinity),
        Date(timeIntervalSince1970: -.infinity),
        Date(timeIntervalSince1970: .nan),
    ]
}
