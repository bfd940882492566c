package import LazyJobs

extension NewJob {
    /// Brings its durations to whole microseconds, which is what a log keeps of them: so that a job
    /// is the same before and after it was read back.
    mutating func normalizeTimes() {
        // What would not change is not set: each change is a copy of the job.
        if let runAt, Timestamp(runAt).date != runAt { self.runAt = Timestamp(runAt).date }
        guard let timeout else { return }
        let whole = Duration.microseconds(timeout.wholeMicroseconds)
        if whole != timeout { self.timeout = whole }
    }
}

extension JobLedger {
    /// Adds jobs, all or none, but for those whose key another job holds.
    package mutating func enqueue(
        _ jobs: [NewJob],
        at now: Timestamp,
        into events: inout [JobEvent]
    ) throws(BackendError) -> EnqueuePlan {
        try answering("enqueue jobs") { () throws(Violation) in
            try RequestLimits.check(count: jobs.count, "the number of jobs")
            var size = 0
            for job in jobs {
                try RequestLimits.check(job)
                size += job.size
            }
            try RequestLimits.check(batchSize: size)
        }
        try checkRoom(for: jobs.count)
        var plan = EnqueuePlan(firstID: nextJobID, time: now)
        for (index, job) in jobs.enumerated() {
            if !job.isPlain, let holder = holder(ofKeysOf: job) {
                plan.duplicates.append((index, record(at: holder)))
            } else {
                add(job, at: now, into: &events)
            }
        }
        return plan
    }

    /// The job that keeps another out.
    func holder(ofKeysOf job: NewJob) -> Slot? {
        if job.isPlain { return nil }
        if let key = job.idempotencyKey, let slot = idempotencyKeys[key] { return slot }
        if let key = job.uniqueKey, let slot = uniqueKeys[key] { return slot }
        return nil
    }

    /// Adds a job that has been checked and that no other keeps out.
    @discardableResult
    mutating func add(_ job: NewJob, at now: Timestamp, into events: inout [JobEvent]) -> Slot {
        let runAt = job.runAt.map { Timestamp($0) } ?? now
        var job = job
        // The event says it exactly; a second one could only differ.
        if job.runAt != nil { job.runAt = nil }
        job.normalizeTimes()
        let slot = freeSlots.last ?? Slot(rows.count)
        let transition = JobTransition(
            jobID: nextJobID,
            version: 0,
            previous: nil,
            attempt: 0,
            change: .enqueued(job, runAt: runAt.date)
        )
        append(transition, at: now, into: &events)
        return slot
    }

    func checkRoom(for newCount: Int) throws(BackendError) {
        let idMax = UInt64(Int64.max)
        let idsLeft = nextJobID.rawValue > idMax ? 0 : idMax - nextJobID.rawValue + 1
        guard newCount <= Int(Slot.none.rawValue) - count, newCount <= idsLeft else {
            throw BackendError(
                .storageFull,
                "Could not enqueue \(newCount) jobs: the store holds \(count), as many as it can. "
                    + "Prune finished jobs."
            )
        }
    }
}
