import LazyJobs

/// All that a store shows of itself: equal before and after whatever must change nothing.
struct StoreView: Sendable, Equatable {
    var records: [JobRecord]
    var stats: JobStats
    var schedules: [JobSchedule] = []
    var pausedQueues: [String] = []
    var histories: [[JobEvent]] = []
}

extension Trial {
    /// Looks at the whole store; only for small ones.
    func view() async throws -> StoreView {
        var view = StoreView(
            records: try await backend.list(JobQuery(limit: JobLimits.listCountMax)),
            stats: try await backend.stats()
        )
        if backend.abilities.contains(.schedules) {
            view.schedules = try await backend.schedules()
        }
        if backend.abilities.contains(.queueControl) {
            view.pausedQueues = try await backend.pausedQueues()
        }
        if backend.abilities.contains(.history) {
            for record in view.records {
                view.histories.append(try await backend.history(of: record.id))
            }
        }
        return view
    }

    /// Fails the check unless a call leaves the store as it was.
    func expectUnchanged(line: Int = #line, _ call: () async throws -> Void) async throws {
        let before = try await view()
        try await call()
        try expect(try await view(), is: before, "the store", line: line)
    }

    /// Fails the check unless a call throws an error with a code, and leaves the store as it was.
    func expectRefused(
        _ code: BackendError.Code,
        line: Int = #line,
        _ call: () async throws -> Void
    ) async throws {
        try await expectUnchanged(line: line) {
            try await expectError(code, line: line, call)
        }
    }

    /// Fails the check unless a job is refused as against a limit, alone and beside a good one.
    func expectRefused(_ job: NewJob, line: Int = #line) async throws {
        try await expectRefused(.invalidRequest, line: line) {
            _ = try await backend.enqueue([job])
        }
        try await expectRefused(.invalidRequest, line: line) {
            _ = try await backend.enqueue([.sample(), job])
        }
    }

    /// Fails the check unless a job is stored as it is.
    func expectAccepted(_ job: NewJob, line: Int = #line) async throws {
        let record = try await enqueue(job, line: line)
        let expected = JobRecord(enqueued: job, id: record.id, at: clock.now)
        try expect(record, is: expected, line: line)
        try await expectRecord(expected, line: line)
        try expect(
            try await backend.payload(of: record.id) == job.payload,
            "the payload is not the one that was enqueued",
            line: line
        )
    }
}
