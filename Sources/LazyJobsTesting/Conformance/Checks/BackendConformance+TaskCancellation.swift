import LazyJobs

extension BackendConformance {
    static let taskCancellation: [Check] = [
        Check("enqueue tells its true outcome to a cancelled task") { trial in
            let backend = trial.backend
            let results = try await inCancelledTask { try await backend.enqueue([.sample()]) }
            try await trial.expectRecord(try unwrap(results.first?.record, "the record"))
            try await expectError(.invalidRequest) {
                _ = try await inCancelledTask { try await backend.enqueue([.sample("")]) }
            }
        },
        Check("claim and finish tell their true outcome to a cancelled task") { trial in
            try await trial.enqueue(.sample())
            let backend = trial.backend
            let claimed = try await inCancelledTask {
                try await backend.claim(ClaimRequest(worker: "worker")).jobs
            }
            try expect(claimed.count, is: 1, "claimed jobs")
            let request = FinishRequest(claimed[0], .succeeded(output: [1]))
            let results = try await inCancelledTask { try await backend.finish([request]) }
            try await trial.expectRecord(try results[0].get())
            let again = try await inCancelledTask { try await backend.finish([request]) }
            try expectError(.staleLease, again.first)
        },
        Check("cancel, reads and close tell their true outcome to a cancelled task") { trial in
            let backend = trial.backend
            let id = try await trial.enqueue(.sample()).id
            let record = try await inCancelledTask {
                let results = try await backend.cancel([id], reason: "none", actor: nil)
                let record = try results[0].get()
                try expect(try await backend.record(of: id), is: record)
                try expect(try await backend.list(JobQuery()), is: [record], "records")
                try expect(try await backend.stats().total, is: 1, "jobs")
                try expect(try await backend.payload(of: id) != nil, "no payload")
                try await backend.close()
                return record
            }
            try await trial.closeAndReopen()
            try await trial.expectRecord(record)
        },
        Check("tasks that are cancelled while they enqueue know what happened") { trial in
            let backend = trial.backend
            let ids = try await withThrowingTaskGroup(of: [JobID].self) { group in
                for index in 0..<100 {
                    group.addTask { try await backend.enqueue([.sample()]).map(\.record.id) }
                    if index == 50 { group.cancelAll() }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            try expect(ids.count, is: 100, "enqueued jobs")
            let listed = try await backend.list(JobQuery(limit: 1000)).map(\.id)
            try expect(listed.sorted(), is: ids.sorted(), "jobs")
        },
        Check("no job is lost between tasks that are cancelled while they claim") { trial in
            let ids = try await trial.enqueue((0..<100).map { _ in .sample() }).map(\.id)
            let backend = trial.backend
            let claimed = try await withThrowingTaskGroup(of: [JobID].self) { group in
                for index in 0..<100 {
                    group.addTask {
                        try await backend.claim(ClaimRequest(worker: "worker")).jobs.map(
                            \.record.id
                        )
                    }
                    if index == 50 { group.cancelAll() }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            try expect(claimed.sorted(), is: ids, "claimed jobs")
        },
    ]
}

/// Runs a closure in a task that was cancelled before it began.
private func inCancelledTask<Result: Sendable>(
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    let results = try await withThrowingTaskGroup(of: Result.self) { group in
        group.cancelAll()
        group.addTask {
            precondition(Task.isCancelled, "The task must be cancelled before it begins.")
            return try await body()
        }
        return try await group.reduce(into: []) { $0.append($1) }
    }
    return try unwrap(results.first, "the result of the task")
}
