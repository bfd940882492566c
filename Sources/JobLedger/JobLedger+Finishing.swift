package import LazyJobs

extension JobLedger {
    /// Ends attempts; each request stands for itself.
    package mutating func finish(
        _ requests: [FinishRequest],
        at now: Timestamp,
        into events: inout [JobEvent]
    ) throws(BackendError) -> [FinishResult] {
        try answering("finish jobs") { () throws(Violation) in
            try RequestLimits.check(count: requests.count, "the number of requests")
            try RequestLimits.check(batchSize: requests.reduce(0) { $0 + $1.outcome.size })
        }
        return requests.map { request in
            do throws(BackendError) {
                return .success(try finish(request, at: now, into: &events))
            } catch {
                return .failure(error)
            }
        }
    }

    /// Calls off jobs that are not final; each stands for itself.
    package mutating func cancel(
        _ ids: [JobID],
        reason: String,
        actor: String?,
        at now: Timestamp,
        into events: inout [JobEvent]
    ) throws(BackendError) -> [FinishResult] {
        try answering("cancel jobs") { () throws(Violation) in
            try RequestLimits.check(count: ids.count, "the number of jobs")
            try RequestLimits.check(actor: actor)
        }
        let reason = JobLimits.cut(reason)
        return ids.map { id in
            do throws(BackendError) {
                let slot = try slot(of: id, to: "cancel")
                let state = rows[slot].state
                guard !state.isFinal else {
                    throw BackendError(
                        .invalidState,
                        "Could not cancel job \(id): it has ended, as \(state.rawValue)."
                    )
                }
                let duration = state == .running ? elapsed(slot, at: now) : nil
                let change = JobTransition.Change.cancelled(
                    reason: reason,
                    actor: actor,
                    duration: duration
                )
                transition(slot, change, at: now, into: &events)
                return .success(record(at: slot))
            } catch {
                return .failure(error)
            }
        }
    }

    private mutating func finish(
        _ request: FinishRequest,
        at now: Timestamp,
        into events: inout [JobEvent]
    ) throws(BackendError) -> JobRecord {
        let slot = try slot(of: request.jobID, to: "finish")
        guard rows[slot].state == .running, request.lease == lease(of: slot) else {
            throw BackendError(
                .staleLease,
                "Could not finish job \(request.jobID): the lease is not its current one. "
                    + "The job was finished, cancelled or rescued since it was claimed."
            )
        }
        try answering("finish job \(request.jobID)") { () throws(Violation) in
            try request.outcome.check()
        }
        let change = request.outcome.change(duration: elapsed(slot, at: now))
        transition(slot, change, at: now, into: &events)
        return record(at: slot)
    }

    func slot(of id: JobID, to operation: String) throws(BackendError) -> Slot {
        guard let slot = slots[id] else {
            throw BackendError(
                .notFound,
                "Could not \(operation) job \(id): the store has no such job (any more)."
            )
        }
        return slot
    }
}

extension JobOutcome {
    /// The bytes that it adds to a batch, its texts cut.
    fileprivate var size: Int {
        switch self {
        case .succeeded(let output): output?.count ?? 0
        case .retry(let text, _), .discard(let text), .cancel(let text), .interrupted(let text):
            min(text.utf8.count, JobLimits.errorSizeMax)
        case .snooze(_, let reason): min(reason?.utf8.count ?? 0, JobLimits.errorSizeMax)
        }
    }

    fileprivate func check() throws(Violation) {
        switch self {
        case .succeeded(let output): try RequestLimits.check(output: output)
        case .retry(_, let date), .snooze(let date, _):
            try RequestLimits.check(date, "the run-at time")
        case .discard, .cancel, .interrupted: break
        }
    }

    fileprivate func change(duration: Duration) -> JobTransition.Change {
        switch self {
        case .succeeded(let output):
            .succeeded(output: output, duration: duration)
        case .retry(let error, let runAt):
            .retried(
                error: JobLimits.cut(error),
                runAt: Timestamp(runAt).date,
                duration: duration
            )
        case .discard(let error):
            .discarded(error: JobLimits.cut(error), actor: nil, duration: duration)
        case .cancel(let reason):
            .cancelled(reason: JobLimits.cut(reason), actor: nil, duration: duration)
        case .snooze(let until, let reason):
            .snoozed(
                runAt: Timestamp(until).date,
                reason: reason.map { JobLimits.cut($0) },
                duration: duration
            )
        case .interrupted(let reason):
            .interrupted(reason: JobLimits.cut(reason), duration: duration)
        }
    }
}
