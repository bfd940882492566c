/// Getting work: claims, schedules and what makes them worth a call.
extension WorkerPool {
    /// More abandoned tasks than this, and nothing more is claimed until one of them returns.
    static let abandonedCountMax = 1000

    /// How many outcomes may be unrecorded before nothing more is claimed.
    ///
    /// A worker is free as soon as its job's outcome waits here, so that a slow sync does not
    /// leave workers idle. If the process dies, so many jobs run again that had ended already.
    var unrecordedCountMax: Int { max(64, 2 * settings.workers) }

    /// The backend has told that there may be work.
    mutating func signalled(at now: Duration) {
        wantEverything()
        proceed(now)
    }

    /// A schedule was set or removed through this runner.
    mutating func scheduleChanged(at now: Duration) {
        schedules.isWanted = settings.hasSchedules
        proceed(now)
    }

    /// A claim was answered.
    ///
    /// - Parameters:
    ///   - jobs: The jobs, in claim order.
    ///   - limit: How many were asked for.
    ///   - dueIn: How long until the next job of the store becomes due.
    ///   - now: When.
    mutating func claimed(
        _ jobs: [ClaimedJob],
        limit: Int,
        dueIn: Duration?,
        at now: Duration
    ) {
        claims.isUnderway = false
        claims.backoff.reset()
        claims.dueAt = dueIn.map { now + max($0, Self.dueInMin) }
        if jobs.count >= limit { claims.isWanted = true }
        pollAt = now + settings.pollInterval
        for job in jobs where !revokedWhileClaiming.contains(job.record.id) {
            admit(job, now)
        }
        revokedWhileClaiming.removeAll()
        proceed(now)
    }

    /// A claim has failed.
    mutating func claimFailed(_ error: BackendError, at now: Duration) {
        claims.isUnderway = false
        revokedWhileClaiming.removeAll()
        callFailed(\.claims, error, now)
    }

    /// The due schedules have been run.
    mutating func schedulesRun(_ enqueued: [JobRecord], dueIn: Duration?, at now: Duration) {
        schedules.isUnderway = false
        schedules.backoff.reset()
        schedules.dueAt = dueIn.map { now + max($0, Self.dueInMin) }
        if !enqueued.isEmpty { claims.isWanted = true }
        for record in enqueued { announce(.scheduled(record)) }
        proceed(now)
    }

    /// The due schedules could not be run.
    mutating func schedulesFailed(_ error: BackendError, at now: Duration) {
        schedules.isUnderway = false
        callFailed(\.schedules, error, now)
    }

    mutating func wantEverything() {
        claims.isWanted = true
        schedules.isWanted = settings.hasSchedules
    }

    mutating func startClaim(_ now: Duration) {
        guard phase == .working, claims.mayStart(now), abandonedCount < Self.abandonedCountMax
        else { return }
        let unrecordedCount = waiting.count + recordingCount
        let limit = min(settings.workers - busyCount, unrecordedCountMax - unrecordedCount)
        guard limit > 0 else { return }
        claims.isWanted = false
        claims.isUnderway = true
        effects.append(.claim(limit: limit))
    }

    mutating func startSchedules(_ now: Duration) {
        guard phase == .working, schedules.mayStart(now) else { return }
        schedules.isWanted = false
        schedules.isUnderway = true
        effects.append(.runSchedules)
    }

    mutating func reportIdle() {
        guard isIdleAwaited, phase == .working, busyCount == 0, waiting.isEmpty,
            recordingCount == 0, !claims.isWanted, !claims.isUnderway,
            !schedules.isWanted, !schedules.isUnderway
        else { return }
        isIdleAwaited = false
        announcements.append(.becameIdle)
    }

    /// The least wait for a due time: should a store name one that has passed, for a job that it
    /// does not give, the runner must not spin.
    private static let dueInMin = Duration.milliseconds(1)

    private mutating func callFailed(
        _ call: WritableKeyPath<WorkerPool, Call>,
        _ error: BackendError,
        _ now: Duration
    ) {
        guard error.isTransient else { return fail(error, at: now) }
        self[keyPath: call].isWanted = true
        self[keyPath: call].backoff.extend(now)
        announce(.delayed(error))
        proceed(now)
    }

    /// A granted job is never dropped: when the runner was told to stop while the claim was under
    /// way, the job is given back without having run.
    private mutating func admit(_ job: ClaimedJob, _ now: Duration) {
        switch phase {
        case .working:
            start(job, now)
        case .idle, .draining, .interrupting, .failing, .closing, .ended:
            complete(job, .interrupted(reason: JobAttempt.stopReason))
        }
    }
}
