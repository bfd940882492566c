package import LazyJobs

/// Carries out what the ``CommitMachine`` decides, one action at a time.
///
/// Owns the active segment, the manifest and the lock of an open store. All its calls block.
package struct LogWriter: ~Copyable, Sendable {
    /// How large segments are.
    package struct Sizes: Sendable, Hashable {
        /// The first segment of each epoch.
        package var segmentBytesFirst: UInt64
        /// What doubling from one segment to the next leads to.
        package var segmentBytesMax: UInt64
        /// Each of the files that are kept for a full disk.
        package var ballastBytes: UInt64
        /// What the offsets of frames are multiples of.
        package var commitAlignment = FormatLimits.alignmentMin

        package init(
            segmentBytesFirst: UInt64 = 1 << 20,
            segmentBytesMax: UInt64 = 64 << 20,
            ballastBytes: UInt64 = 1 << 20
        ) {
            self.segmentBytesFirst = segmentBytesFirst
            self.segmentBytesMax = segmentBytesMax
            self.ballastBytes = ballastBytes
        }
    }

    /// What a step has led to.
    package struct Step: Sendable {
        /// The answers that are to be given now.
        package var answers: [GivenAnswers]
        /// Whether claims may find more than before.
        package var isSignalDue: Bool
        /// Whether there is nothing to do now, and how long.
        package var rest: Rest?
        /// Whether so much has happened that upkeep should look after the store.
        package var isUpkeepDue: Bool
        /// The size of the segment that should be prepared now.
        package var preparation: UInt64?
        /// How many callers may come again together; see ``CommitMachine/expect(_:budget:)``.
        package var returningCount: Int
        /// Whether callers come again before it pays to sleep: several that were answered in one
        /// go, or one that waits for no sync.
        package var isLively: Bool
        /// Whether the store is of no more use, and nobody needs to know why any more.
        package var hasEnded: Bool
        /// See ``CommitMachine/carryingRoom``.
        package var carryingRoom: Int?

        package enum Rest: Sendable, Hashable {
            case untilCommand
            case until(Duration)
            case gathering(commandCount: Int, atMost: Duration)
        }
    }

    package var machine: CommitMachine

    let folder: StoreFolder
    let lock: StoreLock
    let clock: any JobClock
    let sizes: Sizes
    let preparer: SegmentPreparer
    let catalog: SegmentCatalog
    let random: @Sendable () -> UInt64
    var manifest: Manifest
    package internal(set) var active: SegmentFile
    var preparation: UInt64?
    var isUpkeepDue = false
    private var bytesSinceUpkeep = 0
    private var eventsSinceUpkeep = 0
    private var lastUpkeepWhenFull = Duration.zero
    private var lastLookAtPlace: Duration
    private var syncDuration = Duration.zero
    private var isShutDown = false
    private var isCloseAsked = false

    package init(
        machine: consuming CommitMachine,
        active: SegmentFile,
        manifest: Manifest,
        lock: StoreLock,
        folder: StoreFolder,
        preparer: SegmentPreparer,
        catalog: SegmentCatalog,
        clock: any JobClock,
        sizes: Sizes,
        random: @escaping @Sendable () -> UInt64
    ) {
        self.machine = machine
        self.active = active
        self.manifest = manifest
        self.lock = lock
        self.folder = folder
        self.preparer = preparer
        self.catalog = catalog
        self.clock = clock
        self.sizes = sizes
        self.random = random
        self.machine.ballast = preparer.ballast
        lastLookAtPlace = clock.uptime
        preparation = nextSize(after: active.place.size)
    }

    /// Takes what callers have left.
    package mutating func accept(_ delivery: CommandMailbox.Delivery) {
        for command in delivery.commands { machine.submit(command) }
        for closer in delivery.closers { machine.close(closer) }
        for (edit, waiter) in delivery.edits { machine.edit(edit, waiter) }
        isCloseAsked = isCloseAsked || !delivery.closers.isEmpty
    }

    /// Callers are answered and may come again: the next frame waits for them, not longer than
    /// their own sync would take, and not longer than 100 µs.
    package mutating func expect(_ count: Int) {
        machine.expect(count, budget: min(.microseconds(100), syncDuration))
    }

    /// Those that are missing are not waited for any longer.
    package mutating func endGathering() {
        machine.endGathering()
    }

    /// Does the next thing there is to do.
    package mutating func step() -> Step {
        lookAtPlace()
        let action = machine.next(at: Timestamp(clock.now), uptime: clock.uptime)
        var rest: Step.Rest?
        switch action {
        case .wait(let deadline): rest = deadline.map { .until($0) } ?? .untilCommand
        case .gather(let count, let bound): rest = .gathering(commandCount: count, atMost: bound)
        default:
            do throws(SystemCallError) {
                try perform(action)
            } catch {
                machine.failed(cause(of: error))
            }
        }
        defer {
            preparation = nil
            isUpkeepDue = false
        }
        let answers = machine.takeAnswers()
        if machine.isFull, !answers.isEmpty { expectUpkeep() }
        let answeredCount =
            machine.isIdle ? answers.reduce(0) { $0 + $1.receivers.count } : 0
        return Step(
            answers: answers,
            isSignalDue: machine.takeSignal(),
            rest: rest,
            isUpkeepDue: isUpkeepDue,
            preparation: preparation,
            returningCount: machine.takeReturningCount(),
            isLively: answeredCount > (machine.settings.durability == .synced ? 1 : 0),
            hasEnded: hasEnded,
            carryingRoom: machine.carryingRoom
        )
    }

    /// On a full disk upkeep should look while something is asked of the store: only it makes room.
    private mutating func expectUpkeep() {
        let now = clock.uptime
        guard now - lastUpkeepWhenFull >= .seconds(1) else { return }
        lastUpkeepWhenFull = now
        isUpkeepDue = true
    }

    private var hasEnded: Bool {
        switch machine.phase {
        case .closed: true
        case .failed: isCloseAsked
        case .idle, .written, .closing: false
        }
    }

    private mutating func perform(_ action: CommitMachine.Action) throws(SystemCallError) {
        switch action {
        case .wait, .gather, .write, .sync: break
        case .extendJobIDs, .rotate, .edit, .makeRoom, .growBallast, .close: try expectInPlace()
        }
        switch action {
        case .wait, .gather: break
        case .write(let frame):
            try folder.fileSystem.write(active.handle, frame.bytes, at: frame.offset)
            catalog.add(frame)
            count(frame)
            machine.wrote(at: clock.uptime)
        case .sync:
            let start = clock.uptime
            try folder.fileSystem.sync(active.handle)
            syncDuration = clock.uptime - start
            machine.synced(at: clock.uptime)
        case .extendJobIDs(let end):
            try extendJobIDs(to: end)
        case .rotate(let rotation):
            try rotate(rotation)
        case .edit(let edit):
            try carryOut(edit)
        case .makeRoom:
            try makeRoom()
        case .growBallast(let size):
            try growBallast(to: size)
        case .close(let seal, let lastSequence):
            try close(seal: seal, lastSequence: lastSequence)
        }
    }

    /// A folder that was removed takes all that is answered with it: notices it once a second, for
    /// the price of two calls that do not touch the disk, before anything else is planned.
    private mutating func lookAtPlace() {
        let now = clock.uptime
        guard now - lastLookAtPlace >= .seconds(1), !hasEnded else { return }
        lastLookAtPlace = now
        do throws(SystemCallError) {
            try expectInPlace()
        } catch {
            machine.failed(cause(of: error))
        }
    }

    private mutating func count(_ frame: PlacedFrame) {
        bytesSinceUpkeep += frame.bytes.count
        eventsSinceUpkeep += frame.eventCount
        let isMuch = bytesSinceUpkeep >= Self.upkeepBytes || eventsSinceUpkeep >= Self.upkeepEvents
        guard isMuch else { return }
        isUpkeepDue = true
        (bytesSinceUpkeep, eventsSinceUpkeep) = (0, 0)
    }

    /// After so much, upkeep looks after the store.
    private static let upkeepBytes = 4 << 20
    private static let upkeepEvents = 100_000

    /// Lets go of the store as it is: closes the file and gives back the lock.
    ///
    /// Without an orderly close before, that is what a killed process does.
    package mutating func shutDown() {
        guard !isShutDown else { return }
        isShutDown = true
        folder.fileSystem.close(active.handle)
        lock.release()
    }

    func nextSize(after size: UInt64) -> UInt64 {
        min(max(2 * size, sizes.segmentBytesFirst), sizes.segmentBytesMax)
    }
}
