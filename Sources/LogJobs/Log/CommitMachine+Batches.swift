import JobLedger
import LazyJobs

// Which commands the next frame is made of, and what must happen before.

extension CommitMachine {
    mutating func nextWhenIdle(at now: Timestamp, uptime: Duration) -> Action {
        if let frame = encodeBacklog(at: now) { return .write(frame) }
        if let due = syncDue, uptime >= due { return .sync }
        // Behind the last event there may be no other: who comes now is refused after the seal.
        while !isGivenBack, !first.isEmpty || !others.isEmpty {
            if isFull {
                guard hasTriedRoom || !needsRoom else { return .makeRoom }
                refuse(.growth, Self.storageFull("Could not add to the store"))
                refuseClaimsWithoutRoom()
                guard !first.isEmpty || !others.isEmpty else { break }
            }
            let batch = selection()
            if let end = neededJobIDEnd(for: batch) { return .extendJobIDs(to: end) }
            guard batch.bytesMax <= place.room else {
                return .rotate(rotation(for: batch.bytesMax, at: now))
            }
            hasTriedRoom = false
            if let frame = commit(take(batch), at: now) { return .write(frame) }
        }
        hasTriedRoom = false
        return closeReply == nil ? idle(at: now, uptime: uptime) : startClosing(at: now)
    }

    /// Whether something waits that would use what is kept back, or need it later.
    private var needsRoom: Bool {
        others.contains { $0.role == .growth } || first.contains { $0.role == .claim }
    }

    /// The commands that fit one frame, as numbers of those at the front.
    private struct Selection {
        var firstCount = 0
        var othersCount = 0
        /// Zero when nothing is to be written.
        var bytesMax = 0
        var newJobsMax = 0

        mutating func add(_ needs: LogCommand.Needs) {
            bytesMax += needs.bytesMax
            newJobsMax += needs.newJobsMax
        }
    }

    private func selection() -> Selection {
        var selection = Selection()
        // One of the others always comes along, lest claims that never end keep them out.
        let firstCountMax = settings.frameCommandsMax - (others.isEmpty ? 0 : 1)
        for command in first.prefix(firstCountMax) {
            let needs = command.needs(ledger)
            guard selection.firstCount == 0 || fits(needs, selection) else { break }
            selection.firstCount += 1
            selection.add(needs)
        }
        for command in others.prefix(settings.frameCommandsMax - selection.firstCount) {
            let needs = command.needs(ledger)
            guard selection.othersCount == 0 || fits(needs, selection) else { break }
            selection.othersCount += 1
            selection.add(needs)
        }
        return selection
    }

    private func fits(_ needs: LogCommand.Needs, _ selection: Selection) -> Bool {
        selection.bytesMax + needs.bytesMax <= settings.frameBytesTarget
    }

    private mutating func take(_ selection: Selection) -> [LogCommand] {
        let batch = first.prefix(selection.firstCount) + others.prefix(selection.othersCount)
        first.removeFirst(selection.firstCount)
        others.removeFirst(selection.othersCount)
        return Array(batch)
    }

    /// What the manifest must say before so many ids may be given; `nil` when it does.
    private func neededJobIDEnd(for batch: Selection) -> JobID? {
        let needed = ledger.nextJobID.rawValue + UInt64(batch.newJobsMax)
        guard needed > jobIDEnd.rawValue else { return nil }
        return JobID(rawValue: max(needed, jobIDEnd.rawValue + settings.jobIDBlock))
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
        let bytesMax = EventBounds.givingBack(ledger).bytesMax
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
