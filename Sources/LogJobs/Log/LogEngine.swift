import Dispatch
package import LazyJobs
import Synchronization

/// The running writer of an open store: takes commands from any thread, and answers them.
///
/// In production it has a thread of its own, never one of Swift's cooperative pool, since every
/// commit blocks; while it syncs, the next commit gathers. Simulated it has neither threads nor
/// timers: who simulates decides when each piece of work is done, so that all is repeatable.
package final class LogEngine: Sendable {
    /// Whose thread the writer runs on.
    package enum Mode: Sendable {
        case ownThread
        /// Pieces of work are handed to a closure, which does each of them once, at once or later,
        /// and never two of the writer at a time. The others may be done in between the calls of
        /// one of the writer, as on threads of their own.
        case simulated(@Sendable (Side, @escaping Work) -> Void)

        /// On the caller's thread, at once.
        package static let inline = Mode.simulated { $1() }

        package var isSimulated: Bool {
            if case .simulated = self { true } else { false }
        }
    }

    package typealias Work = @Sendable () -> Void

    /// Whose work a piece is.
    package enum Side: Sendable {
        case writer
        /// Of those that prepare, read and compact beside the writer.
        case beside
    }

    package let catalog: SegmentCatalog
    package let folder: StoreFolder
    /// Tells when a claim may find more than before.
    package let signals: SignalHub
    /// Tells when so much has happened that upkeep should look after the store.
    package let occasions = SignalHub()

    /// Who may look for an answer that waits for no sync.
    let watch: AnswerWatch?
    private let roomToCarry = Mutex<Int?>(nil)
    private let mode: Mode
    private let clock: any JobClock
    private let preparer: SegmentPreparer
    private let mailbox = CommandMailbox()
    private let writer: Mutex<LogWriter>
    private let reader: Mutex<EventReader>
    /// Wakes the writer.
    private let alarm: Alarm
    private let preparationQueue = DispatchQueue(label: "LogJobs.preparation")
    private let readingQueue = DispatchQueue(label: "LogJobs.reading")
    private let backgroundQueue = DispatchQueue(label: "LogJobs.background")

    package init(_ writer: consuming LogWriter, mode: Mode) {
        self.mode = mode
        catalog = writer.catalog
        folder = writer.folder
        clock = writer.clock
        alarm = Alarm(by: clock)
        preparer = writer.preparer
        signals = SignalHub()
        let isPrompt = writer.machine.settings.durability != .synced && !mode.isSimulated
        watch = isPrompt ? .ofProcess : nil
        reader = Mutex(EventReader(writer.catalog, in: writer.folder))
        self.writer = Mutex(writer)
    }

    /// Begins to work.
    ///
    /// - Throws: `inputOutput` if there can be no thread for the writer; the store is let go then.
    func start(by start: OwnThread.Start = OwnThread.start) throws(LogStoreError) {
        guard !mode.isSimulated, !start("LogJobs.writer", { self.run() }) else { return }
        end()
        throw LogStoreError(
            .inputOutput,
            "Could not open \(folder.path): the system makes no thread for its writer. Allow the "
                + "process more of them (ulimit -u, or what limits its container), then open again."
        )
    }

    /// Hands a command over, which is answered exactly once.
    ///
    /// - Returns: Whether the writer needed not be woken for it.
    @discardableResult
    package func submit(_ command: LogCommand) -> Bool {
        let isAwake = mailbox.add(command)
        callWriter()
        return isAwake
    }

    /// Closes the store in order, once what is here is answered.
    package func close(_ closer: any Answerable) {
        mailbox.addClose(closer)
        callWriter()
    }

    /// Changes the manifest, once what the change rests on is durable.
    package func edit(_ edit: ManifestEdit, _ waiter: any Answerable) {
        mailbox.add(edit, waiter)
        callWriter()
    }

    /// Ends as a killed process does: nothing is written any more, and nobody is answered.
    ///
    /// - Parameter reply: Called when the lock is free.
    package func abandon(_ reply: @escaping @Sendable () -> Void) {
        mailbox.stop(reply)
        if mode.isSimulated { end() }
    }

    /// Lets the time that the writer waits for be over: for simulations.
    package func timerFired() {
        mailbox.addTimer()
        callWriter()
    }

    /// Runs what reads from the segments, away from the writer and from Swift's own threads.
    package func read(_ body: @escaping @Sendable (inout EventReader) -> Void) {
        perform(on: readingQueue) { [self] in reader.withLock { body(&$0) } }
    }

    /// Has a look at what reads from the segments, on the caller's thread, unless it reads: what it
    /// has in memory need not wait for another thread.
    ///
    /// Not inlined, for asynchronous callers: see `CommandMailbox.deliver`.
    @inline(never)
    package func glance(_ body: (borrowing EventReader) -> Void) {
        reader.withLockIfAvailable { body($0) }
    }

    func inBackground(_ work: @escaping Work) {
        perform(on: backgroundQueue, work)
    }

    /// See ``CommitMachine/carryingRoom``; as it was when the writer looked last.
    var carryingRoom: Int? {
        // Upkeep asks again and again: see `CommandMailbox.deliver`.
        @inline(never) get { roomToCarry.withLock(\.self) }
    }

    /// The state of the writer: for simulations and tests.
    package func inspect<Value: Sendable>(_ body: (borrowing LogWriter) -> Value) -> Value {
        writer.withLock { body($0) }
    }
}

// MARK: - The writer's loop

extension LogEngine {
    private func run() {
        while true {
            guard let isLively = work() else { break }
            mailbox.wait(isLively: isLively)
        }
        end()
    }

    private func end() {
        letGo()
        for reply in mailbox.takeStopReplies() { reply() }
    }

    /// Lets the writer look into the mailbox, unless its own thread does.
    private func callWriter() {
        guard case .simulated(let perform) = mode else { return }
        perform(.writer) { [self] in work() }
    }

    private func perform(on queue: DispatchQueue, _ work: @escaping Work) {
        switch mode {
        case .ownThread: queue.async(execute: work)
        case .simulated(let perform): perform(.beside, work)
        }
    }

    /// Works until there is nothing to do.
    ///
    /// - Returns: Whether it does not pay to sleep until there is again; `nil` when there will be
    ///   nothing any more.
    @discardableResult
    private func work() -> Bool? {
        var delivery = CommandMailbox.Delivery()
        var isLively = false
        while true {
            mailbox.take(into: &delivery)
            if delivery.isStopped { return nil }
            let step = writer.withLock { writer in
                writer.accept(delivery)
                return writer.step()
            }
            if !mode.isSimulated, step.rest == nil, step.returningCount > 1 {
                mailbox.take(into: &delivery)
                writer.withLock { writer in
                    writer.accept(delivery)
                    writer.expect(step.returningCount)
                }
            }
            isLively = isLively || step.isLively
            roomToCarry.withLock { $0 = step.carryingRoom }
            // Whoever is told that the store is closed may open it again at once.
            if step.hasEnded { letGo() }
            for answer in step.answers { answer.give() }
            if step.isSignalDue { signals.send() }
            if step.isUpkeepDue { occasions.send() }
            if let size = step.preparation, !step.hasEnded { prepare(size) }
            switch step.rest {
            case nil: break
            case .gathering(let count, let bound):
                let isOver = !mailbox.wait(forCommands: count, atMost: bound)
                if isOver { writer.withLock { $0.endGathering() } }
            case .untilCommand:
                if mailbox.commandCount == 0 { return isLively }
            case .until(let deadline):
                setTimer(for: deadline)
                if mailbox.commandCount == 0 { return isLively }
            }
        }
    }

    private func letGo() {
        alarm.cancel()
        preparer.end()
        writer.withLock { $0.shutDown() }
        signals.close()
        occasions.close()
    }

    private func prepare(_ size: UInt64) {
        perform(on: preparationQueue) { [preparer] in
            do throws(SystemCallError) {
                _ = try preparer.restore(nextSize: size)
            } catch {
                // Only ahead of need: the rotation tries again, and reports what is wrong then.
            }
        }
    }

    private func setTimer(for deadline: Duration) {
        guard !mode.isSimulated else { return }
        if let current = alarm.deadline, current <= deadline, current > clock.uptime { return }
        alarm.set(for: deadline) { [mailbox] in mailbox.addTimer() }
    }
}
