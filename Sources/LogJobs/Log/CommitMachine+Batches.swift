import JobLedger
import LazyJobs

// Which commands the next frame is made of, and what must happen before.

extension CommitMachine {
    mutating func nextWhenIdle(at now: Timestamp, uptime: Duration) -> Action {
        gathering?.resume(at: uptime)
        if let frame = encodeBacklog(at: now) { return .write(frame) }
        if planned.isEmpty, let due = syncDue, uptime >= due { return .sync }
        if planned.isEmpty, let (edit, _) = edits.first {
            return durable > edit.after ? .edit(edit) : .sync
        }
        repeat {
            if hasCommands, let action = planWaiting(at: now) { return action }
            if let pause = pause(at: uptime) { return pause }
            if let frame = commit(at: now) { return .write(frame) }
        } while hasCommands
        hasTriedRoom = false
        return closers.isEmpty ? idle(at: now, uptime: uptime) : startClosing(at: now)
    }

    /// Whether there is something to plan.
    ///
    /// Behind the last event there may be no other: who comes then is refused after the seal.
    private var hasCommands: Bool { !isGivenBack && !(first.isEmpty && others.isEmpty) }

    /// Plans of what waits as much as the next frame takes.
    ///
    /// - Returns: What must be done before, when nothing is planned yet; what is, goes first.
    private mutating func planWaiting(at now: Timestamp) -> Action? {
        if isFull {
            guard hasTriedRoom || !needsRoom else { return .makeRoom }
            refuse(Self.storageFull("Could not add to the store")) { command, ledger in
                command.role == .growth && command.needs(&ledger) != .none
            }
            refuseWithoutRoom()
            guard hasCommands else { return nil }
        }
        let batch = nextBatch()
        if let end = neededJobIDEnd(for: batch) {
            return planned.isEmpty ? .extendJobIDs(to: end) : nil
        }
        if let size = neededBallast(for: batch) {
            return planned.isEmpty ? .growBallast(to: size) : nil
        }
        let bytesMax = planned.bytesMax + batch.bytesMax
        guard bytesMax <= place.room else {
            return planned.isEmpty ? .rotate(rotation(for: bytesMax, at: now)) : nil
        }
        hasTriedRoom = false
        plan(batch, at: now)
        return nil
    }

    /// Lets callers that were just answered come along, unless something else waits.
    private mutating func pause(at uptime: Duration) -> Action? {
        guard !hasCommands, !isFull, closers.isEmpty, backlog.isEmpty else { return nil }
        return gathering?.pause(after: planned.commandCount, at: uptime)
            .map { .gather(commandCount: $0.commandCount, atMost: $0.bound) }
    }

    /// Whether something waits that would use what is kept back, or need it later.
    private var needsRoom: Bool {
        others.contains { $0.role != .question } || first.contains { $0.role != .ending }
    }

    /// Commands that fit the next frame beside what is planned, as numbers of those at the front.
    struct Batch {
        var firstCount = 0
        var othersCount = 0
        /// Zero when nothing is to be written.
        var bytesMax = 0
        var newJobsMax = 0
        var endingsMax = 0
        var baselineMax = 0

        var commandCount: Int { firstCount + othersCount }

        mutating func add(_ needs: LogCommand.Needs) {
            bytesMax += needs.bytesMax
            newJobsMax += needs.newJobsMax
            endingsMax += needs.endingsMax
            baselineMax += needs.baselineMax
        }
    }

    private mutating func nextBatch() -> Batch {
        var batch = Batch()
        // One of the others always comes along, lest claims that never end keep them out.
        let commandsMax = settings.frameCommandsMax - planned.commandCount
        for command in first.prefix(max(0, commandsMax - (others.isEmpty ? 0 : 1))) {
            let needs = command.needs(&ledger)
            guard fits(needs, batch, isSole: batch.firstCount == 0) else { break }
            batch.firstCount += 1
            batch.add(needs)
        }
        for command in others.prefix(max(0, commandsMax - batch.firstCount)) {
            let needs = command.needs(&ledger)
            guard fits(needs, batch, isSole: batch.othersCount == 0) else { break }
            batch.othersCount += 1
            batch.add(needs)
        }
        return batch
    }

    /// Whether a command comes along; the first of its line does however large it is, unless some
    /// came along before.
    private func fits(_ needs: LogCommand.Needs, _ batch: Batch, isSole: Bool) -> Bool {
        let bytesMax = planned.bytesMax + batch.bytesMax + needs.bytesMax
        return isSole && planned.isEmpty || bytesMax <= frameBytesTarget
    }

    /// A segment that is mostly free is written before the next: more may have come during the
    /// change to it than was asked for, and would leave it empty.
    ///
    /// On a full disk every one is: a frame of many commands may find no room in any of the files
    /// that are kept back, where each command alone would.
    private var frameBytesTarget: Int {
        let isFirst = isFull || UInt64(2 * place.room) > place.size
        return isFirst ? min(settings.frameBytesTarget, place.room) : settings.frameBytesTarget
    }

    /// What the manifest must say before so many ids may be given; `nil` when it does.
    private func neededJobIDEnd(for batch: Batch) -> JobID? {
        let needed = ledger.nextJobID.rawValue + UInt64(batch.newJobsMax)
        guard needed > jobIDEnd.rawValue else { return nil }
        return JobID(rawValue: max(needed, jobIDEnd.rawValue + settings.jobIDBlock))
    }

    /// What each file that is kept back must have before so much is claimed, or is to stand at the
    /// beginning of each segment; `nil` when it has, or when there is no room for more.
    private func neededBallast(for batch: Batch) -> Int? {
        guard !isFull, batch.endingsMax > 0 || batch.baselineMax > 0 else { return nil }
        let size = keptRoom + endingRoom(for: batch.endingsMax) + 2 * batch.baselineMax
        return size > ballast.fileBytes ? size : nil
    }

    private mutating func rotation(for payloadBytes: Int, at now: Timestamp) -> Rotation {
        var place = place
        let next = ledger.lastSequence.next
        return Rotation(
            // Its sync covers what `written` has not synced yet, but proves only what was before.
            seal: place.append(
                .seal,
                firstSequence: next,
                durable: durable,
                seconds: now.wholeSeconds
            ),
            lastSequence: ledger.lastSequence,
            baseline: encoder.payload(of: ledger.baseline()),
            payloadBytes: payloadBytes,
            usesBallast: isFull
        )
    }
}

// MARK: - Waiting and closing

extension CommitMachine {
    /// When what is written and not synced must be, under ``Durability/written(syncEvery:)``.
    private var syncDue: Duration? {
        guard case .written(let interval) = settings.durability else { return nil }
        return unsyncedSince.map { $0 + interval }
    }

    /// Writes a watermark when nothing has happened for a while: it proves the last commit, which
    /// no later frame does, so that its rot would not pass for a torn tail.
    private mutating func idle(at now: Timestamp, uptime: Duration) -> Action {
        guard durable > testified, place.room > 0 else { return .wait(until: syncDue) }
        let due = lastCommit + settings.watermarkDelay
        guard uptime >= due else { return .wait(until: min(due, syncDue ?? due)) }
        testified = durable
        isWatermark = true
        return .write(
            place.append(
                .watermark,
                firstSequence: ledger.lastSequence.next,
                durable: durable,
                seconds: now.wholeSeconds
            )
        )
    }

    private mutating func startClosing(at now: Timestamp) -> Action {
        guard ledger.isOpen else {
            guard unsyncedSince == nil else { return .sync }
            phase = .closing
            return next(at: now, uptime: .zero)
        }
        let bytesMax = EventBounds.givingBack(ledger.runningCount).bytesMax
        guard bytesMax <= place.room else {
            return .rotate(rotation(for: bytesMax, at: now))
        }
        guard let frame = commitClose(at: now) else {
            phase = .closing
            return next(at: now, uptime: .zero)
        }
        return .write(frame)
    }
}
