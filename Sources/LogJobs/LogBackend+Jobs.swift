import JobLedger
public import LazyJobs

extension LogBackend {
    /// Adds jobs, all or none, in one frame; they survive power loss when it returns (under
    /// ``Durability/synced``).
    ///
    /// - Complexity: O(k log n) for k jobs among n; one sync shared with all concurrent calls.
    public func enqueue(_ jobs: [NewJob]) async throws(BackendError) -> [EnqueueResult] {
        let call = EnqueueCall(jobs, payloads)
        try await engine.complete(.growth, call)
        return try call.answer()
    }

    /// Takes due jobs.
    ///
    /// Answered when the claim is written: it survives the death of this process, so that a job
    /// which kills it has its attempt counted. The jobs themselves are on the device.
    ///
    /// A payload that cannot be read back any more is `nil`.
    public func claim(_ request: ClaimRequest) async throws(BackendError) -> ClaimResult {
        let call = ClaimCall(request)
        try await engine.complete(.claim, call)
        let plan = try call.answer()
        let found = await readPayloads(at: plan.claims.map(\.payloadSequence))
        var jobs: [ClaimedJob] = []
        jobs.reserveCapacity(plan.claims.count)
        for (claim, payload) in zip(plan.claims, found) {
            var payload = payload
            if payload == nil {
                payload = try await readPayload(of: claim.record.id, at: claim.payloadSequence)
            }
            jobs.append(ClaimedJob(record: claim.record, payload: payload, lease: claim.lease))
        }
        return ClaimResult(jobs: jobs, nextDue: plan.nextDue)
    }

    /// The payloads that are in memory, of those that events brought.
    private func kept(at sequences: [SequenceNumber]) -> [JobPayload?] {
        var found = sequences.map { payloads.payload(at: $0) }
        guard found.contains(nil) else { return found }
        engine.glance { reader in
            for (index, sequence) in sequences.enumerated() where found[index] == nil {
                found[index] = reader.keptPayload(at: sequence)
            }
        }
        return found
    }

    /// The payloads that events brought, all that are not in memory in one go; `nil` for one that
    /// is to be looked into.
    private func readPayloads(at sequences: [SequenceNumber]) async -> [JobPayload?] {
        let cached = kept(at: sequences)
        guard cached.contains(nil) else { return cached }
        do throws(LogReadError) {
            return try await engine.read { reader throws(LogReadError) in
                var found = cached
                for (index, sequence) in sequences.enumerated() where found[index] == nil {
                    found[index] = try reader.payload(at: sequence)
                }
                return found
            }
        } catch {
            return cached
        }
    }

    /// The payload of a claimed job: an unreadable one must not keep the job from failing visibly.
    ///
    /// In a store that was closed meanwhile, or has failed, nothing can be said of it.
    private func readPayload(
        of id: JobID,
        at sequence: SequenceNumber
    ) async throws(BackendError) -> JobPayload? {
        do throws(BackendError) {
            return try await payload(of: id, at: sequence)
        } catch {
            guard error.code != .closed, error.code != .poisoned else { throw error }
            return nil
        }
    }

    /// Reads a payload, and again when compaction has carried it to another place meanwhile.
    private func payload(
        of id: JobID,
        at first: SequenceNumber
    ) async throws(BackendError) -> JobPayload? {
        var place = first
        while true {
            if let payload = payloads.payload(at: place) { return payload }
            let failure: BackendError?
            do throws(BackendError) {
                let sequence = place
                let payload = try await read("read the payload of job \(id)") {
                    reader throws(LogReadError) in try reader.payload(at: sequence)
                }
                if let payload { return payload }
                failure = nil
            } catch {
                failure = error
            }
            // Pruned meanwhile, it is no job any more.
            guard let now = try await engine.ask({ $0.payloadSequence(of: id) }) else {
                return nil
            }
            guard now != place else { throw failure ?? .payloadLost(id) }
            place = now
        }
    }

    /// Records how attempts ended; that survives power loss when it returns.
    ///
    /// On a full disk, where there may be no room for all of them, each stands for itself: those
    /// with a large output are answered `storageFull` in their result.
    public func finish(_ requests: [FinishRequest]) async throws(BackendError) -> [FinishResult] {
        do throws(BackendError) {
            let call = FinishCall(requests)
            try await engine.complete(.ending, call)
            return try call.answer()
        } catch  where error.code == .storageFull && requests.count > 1 {
            var results: [FinishResult] = []
            for request in requests { results += try await finishAlone(request) }
            return results
        }
    }

    private func finishAlone(
        _ request: FinishRequest
    ) async throws(BackendError) -> [FinishResult] {
        do throws(BackendError) {
            return try await finish([request])
        } catch  where error.code == .storageFull {
            return [.failure(error)]
        }
    }

    /// Calls off jobs; that survives power loss when it returns.
    public func cancel(
        _ ids: [JobID],
        reason: String,
        actor: String?
    ) async throws(BackendError) -> [FinishResult] {
        try await engine.call(.cancelling, EventBounds.cancelled(ids.count, reason: reason)) {
            ledger,
            now,
            events throws(BackendError) in
            try ledger.cancel(ids, reason: reason, actor: actor, at: now, into: &events)
        }
    }

    /// Offers jobs again by hand; that survives power loss when it returns.
    public func retry(
        _ ids: [JobID],
        reason: String?,
        actor: String?
    ) async throws(BackendError) -> [FinishResult] {
        try await engine.call(.growth, EventBounds.retried(ids.count, reason: reason)) {
            ledger,
            now,
            events throws(BackendError) in
            try ledger.retry(ids, reason: reason, actor: actor, at: now, into: &events)
        }
    }

    /// Looks up one job in O(1).
    public func record(of id: JobID) async throws(BackendError) -> JobRecord? {
        try await engine.ask { $0.record(of: id) }
    }

    /// Reads the arguments of one job from its segment, unless it came a short while ago.
    ///
    /// - Throws: As the protocol says; `corruption` names the segment and the byte.
    public func payload(of id: JobID) async throws(BackendError) -> JobPayload? {
        let place = try await engine.ask { $0.payloadSequence(of: id) }
        guard let place else { return nil }
        return try await payload(of: id, at: place)
    }

    /// Lists jobs; the hundred that changed last cost O(100), a filter O(n).
    public func list(_ query: JobQuery) async throws(BackendError) -> [JobRecord] {
        try await engine.ask { ledger throws(BackendError) in try ledger.list(query) }
    }

    /// Counts the jobs in O(answer); nothing else waits for it.
    public func stats() async throws(BackendError) -> JobStats {
        await Self.sum(try await engine.ask { $0.tally() })
    }

    /// Away from the caller's actor, which may be the main one.
    @concurrent
    private static func sum(_ tally: JobTally) async -> JobStats {
        tally.stats()
    }

    /// Reads the history of one job back from log and archives, one frame or block an event.
    ///
    /// That of a job that was pruned too, as long as its events are kept, see
    /// ``Configuration/archive``. A history whose first events were dropped begins later.
    ///
    /// - Throws: As the protocol says; `corruption` names the file and the byte.
    public func history(of id: JobID) async throws(BackendError) -> [JobEvent] {
        let known = try await engine.ask { ledger in
            (newest: ledger.lastTransition(of: id), pruned: ledger.accounts.segments.map(\.pruned))
        }
        return try await read("read the history of job \(id)") { reader throws(LogReadError) in
            try reader.history(of: id, newest: known.newest ?? known.pruned.lastEvent(of: id))
        }
    }

    private func read<Answer: Sendable>(
        _ operation: String,
        _ body: @escaping @Sendable (inout EventReader) throws(LogReadError) -> Answer
    ) async throws(BackendError) -> Answer {
        do throws(LogReadError) {
            return try await engine.read(body)
        } catch {
            throw BackendError(reading: error, operation)
        }
    }
}

extension BackendError {
    /// The arguments of a job that was carried without them.
    package static func payloadLost(_ id: JobID) -> Self {
        Self(
            .corruption,
            "Could not read the payload of job \(id): it stood in a part of the log that was "
                + "damaged when that was retired. Restore a backup to have it back; the other jobs "
                + "are not concerned."
        )
    }

    /// What went wrong while bytes were read back.
    package init(reading error: LogReadError, _ operation: String) {
        switch error {
        case .inputOutput(let call) where call.isNotFound:
            self.init(
                .unavailable,
                "Could not \(operation): there is no \(call.path) any more. Nothing was changed; "
                    + "put it back, then try again.",
                cause: call
            )
        case .inputOutput(let call):
            self.init(
                .unavailable,
                "Could not \(operation): \(call). Nothing was changed; try again.",
                cause: call
            )
        case .damaged(let file, let offset, let reason):
            self.init(
                .corruption,
                "Could not \(operation): \(file) is damaged at byte \(offset): \(reason). Restore "
                    + "a backup to have it back; the other jobs are not concerned.",
                cause: error
            )
        }
    }
}
