import LazyJobs

extension BackendConformance {
    static let cancelling: [Check] = [
        Check("a waiting job is cancelled and never claimed") { trial in
            let pending = try await trial.enqueue(.sample())
            trial.clock.advance(by: .seconds(2))
            let expected = pending.with {
                $0.state = .cancelled
                $0.updatedAt = trial.time(2)
            }
            try expect(try await trial.cancel(pending.id), is: expected)
            try await trial.expectRecord(expected)
            try expect(try await trial.claim().count, is: 0, "claimed jobs")
        },
        Check("a running job is cancelled at once, its attempt counts") { trial in
            let claimed = try await trial.run()
            trial.clock.advance(by: .seconds(2))
            let expected = claimed.record.with {
                $0.state = .cancelled
                $0.updatedAt = trial.time(2)
            }
            try expect(try await trial.cancel(claimed.record.id), is: expected)
            try await trial.expectRecord(expected)
        },
        Check("a job that waits to be retried is cancelled and keeps its error") { trial in
            let claimed = try await trial.run()
            let outcome = JobOutcome.retry(error: "no", runAt: trial.time(5))
            let retrying = try await trial.finish(claimed, outcome)
            let record = try await trial.cancel(retrying.id)
            try expect(record, is: retrying.with { $0.state = .cancelled })
            trial.clock.advance(by: .seconds(5))
            try expect(try await trial.claim().count, is: 0, "claimed jobs")
        },
        Check("a job that waits for its time is cancelled") { trial in
            let waiting = try await trial.enqueue(.sample(runAt: trial.time(5)))
            try expect(try await trial.cancel(waiting.id).state, is: .cancelled, "state")
            trial.clock.advance(by: .seconds(5))
            try expect(try await trial.claim().count, is: 0, "claimed jobs")
        },
        Check("a final job cannot be cancelled") { trial in
            let ends: [JobOutcome] = [
                .succeeded(), .discard(error: "no"), .cancel(reason: "not needed"),
            ]
            for end in ends {
                let record = try await trial.finish(try await trial.run(), end)
                try await trial.expectUnchanged {
                    let ids = [record.id]
                    let results = try await trial.backend.cancel(ids, reason: "x", actor: nil)
                    try expectError(.invalidState, results.first)
                }
            }
        },
        Check("each cancellation of a batch stands for itself, in order") { trial in
            let running = try await trial.run()
            let ended = try await trial.finish(try await trial.run(), .succeeded())
            let waiting = try await trial.enqueue(.sample())
            let unknown = JobID(rawValue: waiting.id.rawValue + 1)
            let results = try await trial.backend.cancel(
                [unknown, waiting.id, ended.id, running.record.id, waiting.id],
                reason: "not wanted",
                actor: "ada"
            )
            try expect(results.count, is: 5, "number of results")
            try expectError(.notFound, results[0])
            try expect(try results[1].get(), is: waiting.with { $0.state = .cancelled })
            try expectError(.invalidState, results[2])
            try expect(try results[3].get(), is: running.record.with { $0.state = .cancelled })
            try expectError(.invalidState, results[4])
        },
    ]

    static let errorTexts: [Check] = [
        Check("an error text of 4,096 bytes is kept, a longer one is cut and marked") { trial in
            let fits = text(JobLimits.errorSizeMax)
            let first = try await trial.run()
            try await trial.finish(first, .retry(error: fits, runAt: trial.time(0)))
            let second = try await trial.claimOne()
            try expect(second.record.lastError, is: fits, "last error")
            let outcome = JobOutcome.retry(error: fits + "x", runAt: trial.time(0))
            let retried = try await trial.finish(second, outcome)
            try expectCut(retried.lastError, from: fits + "x")
            let third = try await trial.claimOne()
            let long = String(repeating: "🧵é", count: 100_000)
            let discarded = try await trial.finish(third, .discard(error: long))
            try expectCut(discarded.lastError, from: long)
            try await trial.closeAndReopen()
            try await trial.expectRecord(discarded)
        },
        Check("an error text keeps its bytes, in any script, and may be empty") { trial in
            for error in ["", "作業 🧵", "nai\u{308}ve", "line\nline\ttab \"quote\" \\"] {
                let claimed = try await trial.run()
                let record = try await trial.finish(claimed, .discard(error: error))
                try expect(record.lastError.map { Array($0.utf8) }, is: Array(error.utf8), "text")
            }
        },
        Check("reasons in the history are cut and marked too", needs: .history) { trial in
            let long = text(JobLimits.errorSizeMax + 1)
            let cancelled = try await trial.run()
            try await trial.cancel(cancelled.record.id, reason: long)
            let cancelling = try await trial.run()
            try await trial.finish(cancelling, .cancel(reason: long))
            let snoozed = try await trial.run()
            try await trial.finish(snoozed, .snooze(until: trial.time(60), reason: long))
            let interrupted = try await trial.run()
            try await trial.finish(interrupted, .interrupted(reason: long))
            for job in [cancelled, cancelling, snoozed, interrupted] {
                let last = try await trial.backend.history(of: job.record.id).last
                try expectCut(last?.transition?.reason, from: long)
            }
        },
    ]
}

extension JobTransition {
    fileprivate var reason: String? {
        switch change {
        case .cancelled(let reason, _, _), .interrupted(let reason, _): reason
        case .snoozed(_, let reason, _): reason
        default: nil
        }
    }
}

/// Fails the check unless a text is the longest beginning of another that fits, and the mark.
private func expectCut(_ found: String?, from text: String, line: Int = #line) throws {
    let found = try unwrap(found, "the text", line: line)
    let mark = "… (cut)"
    try expect(found.hasSuffix(mark), "the text does not end in \"\(mark)\"", line: line)
    let kept = found.utf8.dropLast(mark.utf8.count)
    try expect(text.utf8.starts(with: kept), "the text begins otherwise", line: line)
    let size = found.utf8.count
    let longest = (JobLimits.errorSizeMax - 3)...JobLimits.errorSizeMax
    try expect(longest.contains(size), "the text has \(size) bytes", line: line)
}
