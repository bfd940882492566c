import LazyJobs

extension BackendConformance {
    static let textLimits: [Check] = [
        Check("a kind has 1 to 255 bytes") { trial in
            try await trial.expectSize(1...JobLimits.kindSizeMax) { .sample($0) }
        },
        Check("a queue's name has 1 to 255 bytes") { trial in
            try await trial.expectSize(1...JobLimits.queueSizeMax) { .sample(queue: $0) }
        },
        Check("a unique key has 1 to 255 bytes") { trial in
            try await trial.expectSize(1...JobLimits.keySizeMax) { .sample(uniqueKey: $0) }
        },
        Check("an idempotency key has 1 to 255 bytes") { trial in
            try await trial.expectSize(1...JobLimits.keySizeMax) { .sample(idempotencyKey: $0) }
        },
        Check("the schedule key of a job has 1 to 255 bytes") { trial in
            try await trial.expectSize(1...JobLimits.keySizeMax) { key in
                .sample().with { $0.scheduleKey = key }
            }
        },
        Check("a tag has 1 to 255 bytes") { trial in
            try await trial.expectSize(1...JobLimits.tagSizeMax) { .sample(tags: ["other", $0]) }
        },
        Check("the name of an encoding has at most 32 bytes") { trial in
            try await trial.expectSize(0...JobLimits.encodingSizeMax) { encoding in
                .sample().with { $0.payload.encoding = encoding }
            }
        },
        Check("the name of an actor has at most 255 bytes") { trial in
            try await trial.expectSize(0...JobLimits.nameSizeMax) { .sample(actor: $0) }
            let id = try await trial.enqueue(.sample()).id
            try await trial.expectRefused(.invalidRequest) {
                let actor = text(JobLimits.nameSizeMax + 1)
                let results = try await trial.backend.cancel([id], reason: "x", actor: actor)
                _ = try results[0].get()
            }
            try await trial.cancel(id, actor: text(JobLimits.nameSizeMax))
        },
        Check("the name of a worker has at most 255 bytes") { trial in
            try await trial.enqueue(.sample())
            try await trial.expectRefused(.invalidRequest) {
                _ = try await trial.claim(worker: text(JobLimits.nameSizeMax + 1))
            }
            let worker = text(JobLimits.nameSizeMax)
            try expect(try await trial.claimOne(worker: worker).record.worker, is: worker)
        },
        Check("sizes of texts are counted in bytes of UTF-8, not in characters") { trial in
            let fits = String(repeating: "é", count: 127) + "x"
            try await trial.expectAccepted(.sample(fits, queue: fits, uniqueKey: fits))
            let tooLong = String(repeating: "é", count: 128)
            try await trial.expectRefused(.sample(tooLong))
            try await trial.expectRefused(.sample(queue: tooLong))
            try await trial.expectRefused(.sample(uniqueKey: tooLong))
        },
        Check("the metadata of a job has at most 16 KiB, keys and values together") { trial in
            let size = JobLimits.metadataSizeMax
            let fits = ["key": text(9_000), "other": text(size - 9_008)]
            try await trial.expectAccepted(.sample().with { $0.metadata = fits })
            let tooLong = ["key": text(9_000), "other": text(size - 9_007)]
            try await trial.expectRefused(.sample().with { $0.metadata = tooLong })
            try await trial.expectAccepted(.sample().with { $0.metadata = [text(size): ""] })
            try await trial.expectRefused(.sample().with { $0.metadata = [text(size + 1): ""] })
        },
    ]
}

extension Trial {
    /// Fails the check unless the sizes of a range are accepted, and those beside it refused.
    fileprivate func expectSize(
        _ range: ClosedRange<Int>,
        line: Int = #line,
        of make: (String) -> NewJob
    ) async throws {
        try await expectAccepted(make(text(range.lowerBound)), line: line)
        try await expectAccepted(make(text(range.upperBound)), line: line)
        try await expectRefused(make(text(range.upperBound + 1)), line: line)
        if range.lowerBound > 0 {
            try await expectRefused(make(text(range.lowerBound - 1)), line: line)
        }
    }
}
