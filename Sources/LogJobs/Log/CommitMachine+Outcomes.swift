import JobLedger
package import LazyJobs

// How actions went, and what follows for those who wait.

extension CommitMachine {
    /// The frame is in the kernel's hands.
    package mutating func wrote(at uptime: Duration) {
        if isWatermark {
            isWatermark = false
            return
        }
        lastCommit = uptime
        guard backlog.isEmpty || settings.durability == .synced else { return }
        releaseForWrite()
        switch settings.durability {
        case .synced:
            phase = .written
        case .written:
            unsyncedSince = unsyncedSince ?? uptime
            release()
        }
    }

    /// The device has all that was written.
    package mutating func synced(at uptime: Duration) {
        lastCommit = uptime
        allIsDurable()
        if backlog.isEmpty { release() }
    }

    /// The manifest has a greater end of the job ids, durably.
    package mutating func extendedJobIDs(to end: JobID) {
        precondition(end > jobIDEnd, "The end of the job ids goes back")
        jobIDEnd = end
    }

    /// Another segment is active; all before it is on the device.
    package mutating func rotated(to place: SegmentPlace) {
        self.place = place
        ledger.beginSegment()
        allIsDurable()
        // The header and the manifest say it.
        testified = durable
    }

    /// The manifest is changed, durably.
    package mutating func edited(_ edit: ManifestEdit) {
        if case .retire(let retirement) = edit.change {
            ledger.retireSegments(before: retirement.next)
        }
        answerEdit(nil)
    }

    /// There was no room for the manifest that would say so; nothing has changed.
    package mutating func couldNotEdit() {
        answerEdit(Self.storageFull("Could not change the manifest"))
    }

    /// There was no room for another segment; the active one goes on.
    package mutating func foundNoRoom() {
        guard isFull else {
            // From now on what is kept back may be used, by those who give room or end something.
            isFull = true
            hasTriedRoom = true
            return
        }
        let error = Self.storageFull("Could not write to the store")
        // What is small enough still finds room where the active segment ends.
        let (room, count) = (place.room, first.count + others.count)
        refuse(error) { command, ledger in
            command.role != .question && command.needs(&ledger).bytesMax > room
        }
        guard first.count + others.count == count else { return }
        refuse(error) { command, _ in command.role != .question }
        if first.isEmpty, others.isEmpty { answerClosers(error) }
    }

    /// What is kept for a full disk was made again, or could not be.
    package mutating func triedRoom(found: Bool) {
        hasTriedRoom = true
        if found { isFull = false }
    }

    /// More is kept for a full disk, or there was no room for it.
    package mutating func grewBallast(found: Bool) {
        guard !found else { return }
        isFull = true
        hasTriedRoom = true
    }

    /// The store is closed, durably.
    package mutating func closedInOrder() {
        phase = .closed
        answerClosers(nil)
    }

    /// An action failed: nothing is certain of what was written since the last sync, and nothing
    /// may be retried, since the kernel may have dropped it and called it clean.
    package mutating func failed(_ error: any Error) {
        phase = .failed(error)
        let unknown = BackendError(
            .outcomeUnknown,
            "Could not make a change durable: \(error). It may have happened or not. "
                + "\(Self.remedy(for: error)) to know.",
            cause: error
        )
        releaseForWrite(unknown)
        release(unknown)
        answerClosers(unknown)
        refuseAll()
    }

    private mutating func allIsDurable() {
        if case .written = phase { phase = .idle }
        durable = backlog.first?.sequence ?? ledger.lastSequence.next
        unsyncedSince = nil
    }
}

// MARK: - Refusing

extension CommitMachine {
    /// What stops a store that is of no more use.
    package static func poisoned(_ cause: any Error) -> BackendError {
        BackendError(
            .poisoned,
            "Could not use the store, since a write to it has failed: \(cause). "
                + "\(remedy(for: cause)).",
            cause: cause
        )
    }

    private static func remedy(for cause: any Error) -> String {
        let first = cause is MovedFolder ? "Put the folder back in its place, then open" : "Open"
        return "\(first) the store again"
    }

    package static func storageFull(_ operation: String) -> BackendError {
        BackendError(
            .storageFull,
            "\(operation): there is no room on its disk but what is kept for jobs that run. "
                + "Free space, then try again."
        )
    }

    /// Answers everything that waits after the end.
    mutating func refuseAll() {
        let error: BackendError
        switch phase {
        case .failed(let cause): error = Self.poisoned(cause)
        case .closed:
            error = BackendError(.closed, "Could not use the store: it was closed. Open it again.")
        case .idle, .written, .closing: return
        }
        for command in first + others + late {
            answers.append(command.refusal(error))
        }
        first = []
        others = []
        late = []
        while !edits.isEmpty { answerEdit(error) }
        answerClosers(error.code == .closed ? nil : error)
    }

    private mutating func answerEdit(_ failure: BackendError?) {
        let (_, waiter) = edits.removeFirst()
        answers.append(GivenAnswers(to: [waiter], failure))
    }

    private mutating func answerClosers(_ failure: BackendError?) {
        Self.answer(&closers, failure, in: &answers)
        // They are done if the store stays open, and refused else.
        let waiting = late
        late = []
        for command in waiting { submit(command) }
    }

    mutating func refuse(
        _ error: BackendError,
        _ isMeant: (LogCommand, inout JobLedger) -> Bool
    ) {
        var refused: [LogCommand] = []
        func refuses(_ command: LogCommand, _ ledger: inout JobLedger) -> Bool {
            guard isMeant(command, &ledger) else { return false }
            refused.append(command)
            return true
        }
        first.removeAll { refuses($0, &ledger) }
        others.removeAll { refuses($0, &ledger) }
        answers += refused.map { $0.refusal(error) }
    }

    /// What the ends of all that runs may take, with the longest error texts.
    package var endingRoom: Int { endingRoom(for: ledger.runningCount) }

    /// What the ends of so many may take, each in a frame of its own.
    func endingRoom(for count: Int) -> Int { count * place.commitSize(EventBounds.ending) }

    /// What each file that is kept back should have: room for the ends of all that runs, behind
    /// what a segment begins with.
    package var keptRoom: Int { endingRoom + 2 * ledger.baselineSizeMax }

    /// How many bytes may be written while there is no room but what is kept back, so that what
    /// runs can still end, with the longest error texts, and the store be closed.
    private var freeRoom: Int {
        place.room + ballast.bytes - endingRoom - ballast.fileCount * ledger.baselineSizeMax
            - place.commitSize(EventBounds.givingBack(ledger.runningCount).bytesMax)
    }

    /// How many bytes compaction may write while there is no room but what is kept back, of which
    /// it leaves half; `nil` when there is.
    package var carryingRoom: Int? {
        isFull ? max(0, freeRoom - ballast.bytes / 2) : nil
    }

    /// Refuses what might use room that others will need.
    ///
    /// One of the files that are kept back is only for what runs, for compaction and for the next
    /// opening; and a quarter as much for pruning, without which compaction has nothing to do.
    mutating func refuseWithoutRoom() {
        let place = place
        let endingSize = place.commitSize(EventBounds.ending)
        var room = freeRoom - ballast.fileBytes
        let pruningRoom = ballast.fileBytes / 4
        var baselineRoom = max(0, ballast.fileBytes - keptRoom)
        first.removeAll { command in
            let needs = command.needs(&ledger)
            var needed = place.commitSize(needs.bytesMax) + needs.endingsMax * endingSize
            let bytesMax: Int
            let operation: String
            switch command.role {
            case .claim: (bytesMax, operation) = (room - pruningRoom, "Could not claim jobs")
            case .cancelling:
                bytesMax = room - pruningRoom
                operation = "Could not cancel jobs or change queues"
            case .pruning: (bytesMax, operation) = (room, "Could not prune jobs")
            case .ending:
                // The rest of it has its room.
                needed = SegmentPlace.aligned(needs.unreservedBytes, to: place.alignment)
                (bytesMax, operation) = (room, "Could not record the output of a job")
            case .growth, .carrying, .question: return false
            }
            let isTooMuch = needed > bytesMax || 2 * needs.baselineMax > baselineRoom
            guard needed > 0, isTooMuch else {
                room -= needed
                baselineRoom -= 2 * needs.baselineMax
                return false
            }
            answers.append(command.refusal(Self.storageFull(operation)))
            return true
        }
        room += ballast.fileBytes - ballast.bytes / 2
        others.removeAll { command in
            guard command.role == .carrying else { return false }
            let needed = place.commitSize(command.needs(&ledger).bytesMax)
            guard needed > 0, needed > room else {
                room -= needed
                return false
            }
            answers.append(command.refusal(Self.storageFull("Could not compact the log")))
            return true
        }
    }
}
