package import JobLedger
package import LazyJobs

/// The decisions of the one writer: what the next frame holds, when it is synced, what is answered.
///
/// A pure state machine: it knows no file, clock or thread. ``next(at:uptime:)`` says what is to be
/// done; whoever carries it out, one action at a time, tells how it went by the method named in the
/// action, and asks again. Answers that may be given stand in ``takeAnswers()``.
///
/// Invariants:
/// - A frame is written only after the one before it was synced (``Durability/synced``): so every
///   valid frame proves all before it.
/// - An answer is given only when all that its planning saw is as durable as was promised.
/// - Nothing is planned for which there is no room: a planned event cannot be taken back.
/// - After a failure nothing is written any more, and nothing is answered but refusals.
package struct CommitMachine: ~Copyable, Sendable {
    /// What never changes while a store is open.
    package struct Settings: Sendable, Hashable {
        package var durability: Durability
        /// How many job ids are made durable at a time.
        package var jobIDBlock: UInt64
        /// Frames are filled up to so many bytes; a single command may have more.
        package var frameBytesTarget = 1 << 20
        package var frameCommandsMax = 4096
        package var frameEventsMax = 50_000
        /// How long nothing must happen until a watermark is written.
        package var watermarkDelay = Duration.milliseconds(100)

        package init(durability: Durability = .synced, jobIDBlock: UInt64 = 1 << 16) {
            self.durability = durability
            self.jobIDBlock = jobIDBlock
        }
    }

    /// Where the writer stands.
    package enum Phase: Sendable {
        /// Nothing is under way. Becomes written, closing or failed.
        case idle
        /// A frame is written and waits for its sync. Becomes idle, closing or failed.
        case written
        /// The last frame is synced, the seal is not. Becomes closed or failed.
        case closing
        /// Final: given back in order.
        case closed
        /// Final: something could not be made durable, or may not have been.
        case failed(any Error)
    }

    /// What is to be done next.
    package enum Action: Sendable {
        /// Nothing, until there is a command or this uptime is reached.
        case wait(until: Duration?)
        /// Nothing, until so many commands have come or the time is over.
        case gather(commandCount: Int, atMost: Duration)
        /// Write a frame to the active segment; then ``CommitMachine/wrote(at:)``.
        case write(PlacedFrame)
        /// Sync the active segment; then ``CommitMachine/synced(at:)``.
        case sync
        /// Put a greater end of the job ids into the manifest; then
        /// ``CommitMachine/extendedJobIDs(to:)``.
        case extendJobIDs(to: JobID)
        /// Go on in another segment; then ``CommitMachine/rotated(to:)`` or
        /// ``CommitMachine/foundNoRoom()``.
        case rotate(Rotation)
        /// Change the manifest; then ``CommitMachine/edited(_:)`` or
        /// ``CommitMachine/couldNotEdit()``.
        case edit(ManifestEdit)
        /// Try to get back what is kept for a full disk; then ``CommitMachine/triedRoom(found:)``.
        case makeRoom
        /// Keep so many bytes in each file for a full disk; then
        /// ``CommitMachine/grewBallast(found:)``.
        case growBallast(to: Int)
        /// Write the seal, sync it, and say in the manifest that the store is closed; then
        /// ``CommitMachine/closedInOrder()``.
        case close(seal: PlacedFrame, lastSequence: SequenceNumber)
    }

    /// The change to another segment.
    package struct Rotation: Sendable {
        /// What ends the active segment.
        package var seal: PlacedFrame
        /// The last event in it, or before it.
        package var lastSequence: SequenceNumber
        /// What begins the other.
        package var baseline: FramePayload
        /// How many bytes of payload the next frame may have.
        package var payloadBytes: Int
        /// Whether what is kept back for a full disk may be used.
        package var usesBallast: Bool
    }

    /// The files that are kept for a full disk.
    package struct Ballast: Sendable, Hashable {
        package var fileCount = 0
        package var bytes = 0

        /// The bytes of one of them; none when there is none.
        var fileBytes: Int { fileCount > 0 ? bytes / fileCount : 0 }
    }

    package internal(set) var ledger: JobLedger
    package var phase = Phase.idle
    package var place: SegmentPlace
    /// Every event with a smaller number is on the device.
    package var durable: SequenceNumber
    package var jobIDEnd: JobID
    /// Whether there is no room but what is kept back.
    package var isFull = false
    /// What is kept back and not yet in use.
    package var ballast = Ballast()

    let settings: Settings
    var encoder: FrameEncoder
    /// The commands that go before others in a frame, and the others.
    var first: [LogCommand] = []
    var others: [LogCommand] = []
    /// Those that have come since the store is to be closed.
    var late: [LogCommand] = []
    /// What is to be changed in the manifest, and who waits for that.
    var edits: [(ManifestEdit, any Answerable)] = []
    /// Who asked for the store to be closed.
    var closers: [any Answerable] = []
    /// What the next frame holds already, and its events.
    var planned = Planned()
    private var events: [JobEvent] = []
    /// Set while callers that were just answered are expected again.
    var gathering: Gathering?
    /// Events that are planned and did not fit one frame; they are next.
    var backlog: ArraySlice<JobEvent> = []
    /// Who waits for the sync.
    var held: [any Answerable] = []
    /// How many of them add to the store.
    var heldGrowthCount = 0
    var returningCount = 0
    /// Who waits for the write.
    var heldForWrite: [any Answerable] = []
    var answers: [GivenAnswers] = []
    var isSignalDue = false
    /// Whether the event of the closing is planned, the last one of this epoch.
    var isGivenBack = false
    /// Whether what was written last is a watermark, which nobody waits for.
    var isWatermark = false
    /// What the newest frame says of `durable`.
    var testified: SequenceNumber
    var hasTriedRoom = false
    var lastCommit = Duration.zero
    var unsyncedSince: Duration?

    /// Goes on behind what a recovery found.
    ///
    /// - Parameters:
    ///   - ledger: The state after all events that are in the log, all of them durable.
    ///   - place: Where the next frame goes.
    ///   - jobIDEnd: The end of the job ids, as the manifest says it.
    ///   - encoder: For frames of the active and all later segments.
    ///   - settings: What never changes.
    package init(
        ledger: JobLedger,
        place: SegmentPlace,
        jobIDEnd: JobID,
        encoder: consuming FrameEncoder,
        settings: Settings
    ) {
        self.ledger = ledger
        self.place = place
        self.jobIDEnd = jobIDEnd
        self.encoder = encoder
        self.settings = settings
        durable = ledger.lastSequence.next
        testified = durable
    }

    /// A command has come.
    ///
    /// Once the store is to be closed it waits until that is done, and is refused then: callers
    /// that come again and again would put it off for ever.
    package mutating func submit(_ command: LogCommand) {
        guard closers.isEmpty else { return late.append(command) }
        command.role.goesFirst ? first.append(command) : others.append(command)
    }

    /// The manifest is to be changed, once what the change rests on is durable.
    package mutating func edit(_ edit: ManifestEdit, _ waiter: any Answerable) {
        edits.append((edit, waiter))
    }

    /// The store is to be closed, once the commands that are here are answered.
    package mutating func close(_ closer: any Answerable) {
        closers.append(closer)
    }

    /// Whether the last commit is done with.
    package var isIdle: Bool {
        if case .idle = phase { true } else { false }
    }

    /// The answers that may be given now.
    package mutating func takeAnswers() -> [GivenAnswers] {
        defer { answers = [] }
        return answers
    }

    /// How many of the callers that are answered may be expected again.
    package mutating func takeReturningCount() -> Int {
        defer { returningCount = 0 }
        return returningCount
    }

    /// Whether something has happened that may let a claim find more.
    package mutating func takeSignal() -> Bool {
        defer { isSignalDue = false }
        return isSignalDue
    }

    /// What is to be done now.
    package mutating func next(at now: Timestamp, uptime: Duration) -> Action {
        switch phase {
        case .idle: return nextWhenIdle(at: now, uptime: uptime)
        case .written: return .sync
        case .closing:
            var place = place
            let seal = place.append(
                .seal,
                firstSequence: ledger.lastSequence.next,
                durable: durable,
                seconds: now.wholeSeconds
            )
            return .close(seal: seal, lastSequence: ledger.lastSequence)
        case .closed, .failed:
            refuseAll()
            return .wait(until: nil)
        }
    }
}

// MARK: - Frames

extension CommitMachine {
    /// Plans commands, for the next frame.
    mutating func plan(_ batch: Batch, at now: Timestamp) {
        for index in 0..<batch.firstCount { plan(first[index], at: now) }
        for index in 0..<batch.othersCount { plan(others[index], at: now) }
        first.removeFirst(batch.firstCount)
        others.removeFirst(batch.othersCount)
        planned.commandCount += batch.commandCount
        planned.bytesMax += batch.bytesMax
    }

    private mutating func plan(_ command: LogCommand, at now: Timestamp) {
        let caller = command.plan(&ledger, at: now, into: &events)
        // What a claim may have seen of others' growth must be as durable as its answer is.
        if command.role == .claim, !planned.grows {
            heldForWrite.append(caller)
        } else {
            held.append(caller)
        }
        if command.role == .growth {
            planned.grows = true
            heldGrowthCount += 1
        }
    }

    /// Encodes what is planned.
    ///
    /// - Returns: The frame; `nil` when it did nothing, and is answered.
    mutating func commit(at now: Timestamp) -> PlacedFrame? {
        planned = Planned()
        gathering = nil
        return encode(at: now)
    }

    /// Gives back what runs, as the last thing before the seal.
    mutating func commitClose(at now: Timestamp) -> PlacedFrame? {
        ledger.close(at: now, into: &events)
        isGivenBack = true
        return encode(at: now)
    }

    private mutating func encode(at now: Timestamp) -> PlacedFrame? {
        defer { events.removeAll(keepingCapacity: true) }
        guard !events.isEmpty else {
            // What was looked at is synced already: the machine was idle.
            releaseForWrite()
            release()
            return nil
        }
        isSignalDue = isSignalDue || events.contains { $0.transition?.kind != .claimed }
        guard events.count > settings.frameEventsMax else {
            return encodeFrame(of: events, at: now)
        }
        backlog = events[...]
        return encodeBacklog(at: now)
    }

    /// Encodes what is planned: all of it, but for the opening or closing of a store with so many
    /// running jobs that it takes several frames, each of which may stand alone.
    mutating func encodeBacklog(at now: Timestamp) -> PlacedFrame? {
        guard !backlog.isEmpty else { return nil }
        let events = Array(backlog.prefix(settings.frameEventsMax))
        backlog = backlog.dropFirst(events.count)
        return encodeFrame(of: events, at: now)
    }

    private mutating func encodeFrame(of events: [JobEvent], at now: Timestamp) -> PlacedFrame {
        let payload = encoder.payload(of: events)
        testified = durable
        return place.append(
            .batch,
            payload,
            firstSequence: events[0].sequence,
            durable: durable,
            seconds: now.wholeSeconds
        )
    }

    mutating func release(_ failure: BackendError? = nil) {
        countReturning()
        Self.answer(&held, failure, in: &answers)
    }

    mutating func releaseForWrite(_ failure: BackendError? = nil) {
        Self.answer(&heldForWrite, failure, in: &answers)
    }

    static func answer(
        _ waiting: inout [any Answerable],
        _ failure: BackendError?,
        in answers: inout [GivenAnswers]
    ) {
        guard !waiting.isEmpty else { return }
        let count = waiting.count
        answers.append(GivenAnswers(to: waiting, failure))
        waiting = []
        waiting.reserveCapacity(count)
    }
}

extension Timestamp {
    /// Seconds since 1970 as a frame keeps them, for people only.
    package var wholeSeconds: UInt32 { UInt32(clamping: microseconds / 1_000_000) }
}
