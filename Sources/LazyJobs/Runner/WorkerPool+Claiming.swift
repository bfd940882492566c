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
    ///   - claim: The claim.
    ///   - dueIn: How long until the next job of the store becomes due.
    ///   - now: When.
    mutating func claimed(
        _ jobs: [ClaimedJob],
        of claim: ClaimsUnderway.Claim,
        dueIn: Duration?,
        at now: Duration
    ) {
        if !claimsUnderway.isOutdated(claim) { claims.backoff.reset() }
        let dueAt = dueIn.map { now + max($0, Self.dueInMin) }
        // A claim too many costs little, a job that waits for the poll is late.
        let isNewest = !claimsUnderway.isOvertaken(claim)
        claims.dueAt = isNewest ? dueAt : [claims.dueAt, dueAt].compactMap(\.self).min()
        isAbundant = jobs.count >= claim.limit
        if isAbundant { claims.isWanted = true }
        pollAt = now + settings.pollInterval
        let granted = claimsUnderway.end(claim, with: jobs)
        claims.isUnderway = claimsUnderway.count > 0
        for job in granted { admit(job, now) }
        proceed(now)
    }

    /// A claim has failed.
    mutating func claimFailed(
        _ error: BackendError,
        of claim: ClaimsUnderway.Claim,
        at now: Duration
    ) {
        // Claims that fail together are one fault.
        let isKnown = claimsUnderway.isOutdated(claim)
        isAbundant = false
        claimsUnderway.fail(claim)
        claims.isUnderway = claimsUnderway.count > 0
        guard isKnown, error.isTransient else { return callFailed(\.claims, error, now) }
        claims.isWanted = true
        proceed(now)
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
        guard phase == .working, claims.backoff.deadline(now) == nil,
            abandonedCount < Self.abandonedCountMax
        else { return }
        let unrecordedCount = waiting.count + recordingCount
        let limit =
            min(settings.workers - busyCount, unrecordedCountMax - unrecordedCount)
            - claimsUnderway.jobCount
        guard limit > 0, claims.isUnderway ? mayClaimBeside(limit) : claims.isWanted
        else { return }
        claims.isWanted = false
        claims.isUnderway = true
        effects.append(.claim(claimsUnderway.begin(limit: limit)))
    }

    /// Whether so many free workers need not wait for the claims that are under way.
    ///
    /// With one at a time, workers would come and go in two groups, of which one waits for the
    /// store while the other works.
    private func mayClaimBeside(_ limit: Int) -> Bool {
        isAbundant && claimsUnderway.count < Self.claimCountMax && limit >= settings.workers / 8
    }

    mutating func startSchedules(_ now: Duration) {
        guard phase == .working, schedules.mayStart(now) else { return }
        schedules.isWanted = false
        schedules.isUnderway = true
        effects.append(.runSchedules)
    }

    mutating func reportIdle() {
        guard let waiter = idleWaiter, phase == .working, busyCount == 0, waiting.isEmpty,
            recordingCount == 0, !claims.isWanted, !claims.isUnderway,
            !schedules.isWanted, !schedules.isUnderway
        else { return }
        idleWaiter = nil
        announcements.append(.becameIdle(through: waiter))
    }

    /// How many claims are under way at most.
    static let claimCountMax = 4

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
