/// Recording how attempts ended: gathered, handed over in batches, never swallowed.
extension WorkerPool {
    /// The end of one attempt, on its way to the store.
    struct Completion: Sendable {
        /// The job as it was claimed.
        let record: JobRecord
        let request: FinishRequest
    }

    /// How many calls to finish are under way at once.
    ///
    /// One is synced while the next is on its way; what ends meanwhile gathers for a third.
    static let finishCallCountMax = 2

    /// How many outcomes go with one call.
    ///
    /// So many outputs of the largest size stay below ``JobLimits/batchSizeMax``, and the batch
    /// needs no weighing.
    static let finishBatchCountMax = JobLimits.batchSizeMax / JobLimits.outputSizeMax - 1

    /// Queues an outcome, unless nothing can be recorded any more.
    mutating func complete(_ job: ClaimedJob, _ outcome: JobOutcome) {
        let request = FinishRequest(jobID: job.record.id, lease: job.lease, outcome: outcome)
        let completion = Completion(record: job.record, request: request)
        if let failure {
            drop(completion, failure)
        } else {
            waiting.append(completion)
        }
    }

    mutating func startFinish(_ now: Duration) {
        while !waiting.isEmpty, finishCallCount < Self.finishCallCountMax,
            recordingDeadline(now) == nil
        {
            let batch = Array(waiting.prefix(Self.finishBatchCountMax))
            waiting.removeFirst(batch.count)
            recordingCount += batch.count
            finishCallCount += 1
            effects.append(.finish(batch))
        }
    }

    /// A batch was answered.
    mutating func finished(_ batch: [Completion], _ results: [FinishResult], at now: Duration) {
        guard results.count == batch.count else {
            let error = BackendError(
                .outcomeUnknown,
                "The store answered \(results.count) of \(batch.count) outcomes. Reopen it."
            )
            return finishFailed(batch, error, at: now)
        }
        endFinishCall(batch)
        var delayed: [Completion] = []
        var delay: BackendError?
        for (completion, result) in zip(batch, results) {
            switch result {
            case .success(let record):
                announce(.finished(record, completion.request.outcome))
            case .failure(let error) where mayTryAgain(error, now):
                delayed.append(completion)
                delay = delay ?? error
            case .failure(let error):
                refused(completion, error, now)
            }
        }
        if delayed.count < batch.count { finishBackoff.reset() }
        if let delay { tryAgain(delayed, delay, now) }
        // Finished jobs free queue limits and set the time of their retries.
        claims.isWanted = true
        proceed(now)
    }

    /// A batch could not be recorded.
    mutating func finishFailed(_ batch: [Completion], _ error: BackendError, at now: Duration) {
        endFinishCall(batch)
        guard mayTryAgain(error, now) else {
            for completion in batch { drop(completion, error) }
            return fail(error, at: now)
        }
        tryAgain(batch, error, now)
        proceed(now)
    }

    /// When outcomes that wait after a passing fault are tried again; `nil` when at once.
    ///
    /// A runner that stops tries for the last time when its time is up.
    func recordingDeadline(_ now: Duration) -> Duration? {
        guard let deadline = finishBackoff.deadline(now) else { return nil }
        guard case .interrupting(let until) = phase else { return deadline }
        return until <= now ? nil : min(deadline, until)
    }

    mutating func drop(_ completion: Completion, _ error: BackendError) {
        announce(.dropped(completion.record, completion.request.outcome, error))
    }

    private mutating func endFinishCall(_ batch: [Completion]) {
        finishCallCount -= 1
        recordingCount -= batch.count
    }

    /// Whether a fault passes, and there is time to wait for that.
    private func mayTryAgain(_ error: BackendError, _ now: Duration) -> Bool {
        let isTooLate = if case .interrupting(let until) = phase { now >= until } else { false }
        return error.isTransient && failure == nil && !isTooLate
    }

    /// Has outcomes of one call tried again, before those that have come meanwhile: one fault,
    /// however many they are.
    private mutating func tryAgain(
        _ completions: [Completion],
        _ error: BackendError,
        _ now: Duration
    ) {
        guard failure == nil else {
            for completion in completions { drop(completion, error) }
            return
        }
        waiting.insert(contentsOf: completions, at: 0)
        finishBackoff.extend(now)
        announce(.delayed(error))
    }

    private mutating func refused(
        _ completion: Completion,
        _ error: BackendError,
        _ now: Duration
    ) {
        drop(completion, error)
        switch error.code {
        case .staleLease, .notFound: break
        default: fail(error, at: now)
        }
    }
}
