import JobLedger
import LazyJobs
import LogJobs
import LogJobsTesting
import Testing

@Suite("The commit machine")
struct CommitMachineTests {
    @Test("answers what adds or ends jobs after the sync, and no earlier")
    func answersAfterSync() {
        let run = MachineRun()
        let (enqueue, cancel) = (MachineCall.enqueue(), MachineCall.cancel(1))
        run.submit(enqueue)
        run.submit(cancel)
        #expect(run.write() == 1)
        #expect(enqueue.isWaiting && cancel.isWaiting)
        #expect(run.sync())
        #expect(enqueue.isDone && cancel.isDone)
    }

    @Test("answers a claim when it is written")
    func answersClaimAfterWrite() {
        let run = MachineRun()
        run.submit(.enqueue())
        #expect(run.write() == 1)
        #expect(run.sync())
        let claim = MachineCall.claim()
        run.submit(claim)
        guard case .write = run.next() else {
            Issue.record("no write")
            return
        }
        #expect(claim.isWaiting)
        run.machine.wrote(at: run.uptime)
        run.giveAnswers()
        #expect(claim.isDone)
        #expect(run.sync())
        #expect(claim.isDone)
    }

    @Test("plans endings and claims before new jobs, so that a claim sees none of its own frame")
    func claimsFirst() {
        let run = MachineRun()
        let claim = MachineCall.claim()
        run.submit(.enqueue())
        run.submit(claim)
        // The claim found nothing, and is no event.
        #expect(run.write() == 1)
        #expect(claim.isDone)
        #expect(run.machine.ledger.runningCount == 0)
    }

    @Test("writes nothing for questions, and answers them at once")
    func questions() {
        let run = MachineRun()
        let question = MachineCall.question()
        run.submit(question)
        guard case .wait = run.next() else {
            Issue.record("no wait")
            return
        }
        #expect(question.isDone)
        #expect(run.frames.isEmpty)
    }

    @Test("answers a question that stands in a frame with new jobs as they are answered")
    func questionsOfFrame() {
        let run = MachineRun()
        let question = MachineCall.question()
        run.submit(.enqueue())
        run.submit(question)
        #expect(run.write() == 1)
        #expect(question.isWaiting)
        #expect(run.sync())
        #expect(question.isDone)
    }

    @Test("makes more job ids durable before it gives any of them")
    func jobIDs() {
        let run = MachineRun(jobIDEnd: 2)
        run.submit(.enqueue())
        run.submit(.enqueue())
        guard case .extendJobIDs(let end) = run.next() else {
            Issue.record("the ids are given")
            return
        }
        #expect(end == JobID(rawValue: 102))
        run.machine.extendedJobIDs(to: end)
        #expect(run.write() == 2)
    }

    @Test("fills a frame up to its target, and lets one call go past it alone")
    func frameTarget() {
        let run = MachineRun { $0.frameBytesTarget = 5000 }
        let calls = (0..<3).map { _ in MachineCall.enqueue(bytesMax: 2000) }
        for call in calls { run.submit(call) }
        run.submit(.enqueue(bytesMax: 9000))
        #expect(run.write() == 2)
        #expect(run.sync())
        #expect(calls[0].isDone && calls[1].isDone && !calls[2].isPlanned)
        #expect(run.write() == 1)
        #expect(run.sync())
        #expect(run.write() == 1)
    }

    @Test("goes on in another segment when there is no room, and keeps what waits")
    func rotation() {
        let run = MachineRun(segmentSize: 8 << 10)
        let enqueue = MachineCall.enqueue(bytesMax: 5000)
        run.submit(enqueue)
        guard case .rotate(let rotation) = run.next() else {
            Issue.record("no rotation")
            return
        }
        #expect(rotation.payloadBytes == 5000)
        #expect(!enqueue.isPlanned)
        let last = rotation.lastSequence
        run.machine.rotated(to: MachineRun.place(2, size: 1 << 20, after: last))
        #expect(run.write() == 1)
        #expect(run.sync())
        #expect(enqueue.isDone)
    }

    @Test("refuses new jobs when there is no other segment, and ends those that run")
    func noRoom() {
        let run = MachineRun(segmentSize: 8 << 10)
        let (enqueue, cancel) = (MachineCall.enqueue(bytesMax: 5000), MachineCall.cancel(9))
        run.submit(enqueue)
        run.submit(cancel)
        guard case .rotate = run.next() else {
            Issue.record("no rotation")
            return
        }
        run.machine.foundNoRoom()
        _ = run.next()
        #expect(enqueue.outcomes == [.storageFull])
        #expect(cancel.isDone)
        guard case .wait = run.next() else {
            Issue.record("no wait")
            return
        }
        // It looks for room again as soon as somebody wants to add something.
        run.submit(.enqueue())
        guard case .makeRoom = run.next() else {
            Issue.record("no look")
            return
        }
    }

    @Test("testifies to the last commit after a while, once")
    func watermark() {
        let run = MachineRun()
        run.submit(.enqueue())
        #expect(run.write() == 1)
        #expect(run.sync())
        guard case .wait(let deadline?) = run.next() else {
            Issue.record("no wait with an end")
            return
        }
        run.uptime = deadline
        #expect(run.write() == 0)
        guard case .wait(nil) = run.next() else {
            Issue.record("no wait")
            return
        }
    }
}

// MARK: - Failure, closing, and answers before the sync

extension CommitMachineTests {
    enum FailedCall: CaseIterable { case write, sync }

    @Test(
        "leaves open what became of a failed commit, and refuses all after it",
        arguments: FailedCall.allCases
    )
    func failure(of call: FailedCall) {
        let run = MachineRun()
        let (enqueue, late) = (MachineCall.enqueue(), MachineCall.enqueue())
        run.submit(enqueue)
        if call == .write { _ = run.next() } else { #expect(run.write() == 1) }
        run.submit(late)
        run.machine.failed(SystemCallError(call: "\(call)", errorNumber: 5, path: "/s"))
        run.giveAnswers()
        #expect(enqueue.outcomes == [.outcomeUnknown])
        #expect(late.outcomes == [.poisoned])
        let later = MachineCall.question()
        run.submit(later)
        guard case .wait(nil) = run.next() else {
            Issue.record("it goes on")
            return
        }
        #expect(later.outcomes == [.poisoned])
    }

    @Test("closes behind what was there, and refuses what comes while it closes")
    func closing() {
        let run = MachineRun()
        let (enqueue, closer, late) = (
            MachineCall.enqueue(), MachineCall.question(), MachineCall.enqueue()
        )
        run.submit(enqueue)
        run.machine.close(closer)
        #expect(run.write() == 1)
        #expect(run.sync())
        #expect(enqueue.isDone)
        #expect(run.write() == 1)
        run.submit(late)
        #expect(run.sync())
        guard case .close = run.next() else {
            Issue.record("no close")
            return
        }
        #expect(closer.isWaiting && late.isWaiting)
        run.machine.closedInOrder()
        guard case .wait(nil) = run.next() else {
            Issue.record("it goes on")
            return
        }
        #expect(closer.isDone)
        #expect(late.outcomes == [.closed])
        #expect(!late.isPlanned)
    }

    @Test("closes although callers come again and again, each before it has nothing to do")
    func closesUnderLoad() {
        let run = MachineRun()
        let closer = MachineCall.question()
        run.submit(.enqueue())
        run.machine.close(closer)
        var late: [MachineCall] = []
        func comeAgain() {
            late += [.claim(), .enqueue()]
            for call in late.suffix(2) { run.submit(call) }
        }
        comeAgain()
        for _ in 0..<2 {
            #expect(run.write() == 1)
            comeAgain()
            #expect(run.sync())
            comeAgain()
        }
        guard case .close = run.next() else {
            Issue.record("no close")
            return
        }
        run.machine.closedInOrder()
        _ = run.next()
        #expect(closer.isDone)
        #expect(late.allSatisfy { $0.outcomes == [.closed] && !$0.isPlanned })
    }

    @Test("refuses who comes after a closer to a store that has failed")
    func refusesLateCallers() {
        let run = MachineRun()
        let (enqueue, closer, late) = (
            MachineCall.enqueue(), MachineCall.question(), MachineCall.enqueue()
        )
        run.submit(enqueue)
        #expect(run.write() == 1)
        run.machine.failed(SystemCallError(call: "fdatasync", errorNumber: 5, path: "log"))
        run.machine.close(closer)
        run.submit(late)
        guard case .wait(nil) = run.next() else {
            Issue.record("it goes on")
            return
        }
        #expect(enqueue.outcomes == [.outcomeUnknown])
        #expect(closer.outcomes == [.poisoned])
        #expect(late.outcomes == [.poisoned])
    }

    @Test("answers at the write when so told, and syncs when the time is over")
    func written() {
        let run = MachineRun(durability: .written(syncEvery: .seconds(1)))
        let enqueue = MachineCall.enqueue()
        run.submit(enqueue)
        #expect(run.write() == 1)
        #expect(enqueue.isDone)
        guard case .wait(let deadline?) = run.next() else {
            Issue.record("no wait with an end")
            return
        }
        #expect(deadline == run.uptime + .seconds(1))
        run.submit(.enqueue())
        #expect(run.write() == 1)
        run.uptime = deadline
        #expect(run.sync())
    }

    /// A full disk: 8 KiB are left in the segment, and two files of 64 KiB are kept back.
    private static func fullRun() -> MachineRun {
        let run = MachineRun(segmentSize: 8 << 10)
        run.machine.isFull = true
        (run.machine.ballast.fileCount, run.machine.ballast.bytes) = (2, 128 << 10)
        return run
    }

    /// Does what a writer does that has two files kept back, until there is nothing to do.
    private static func work(_ run: MachineRun) throws {
        var segment: UInt64 = 1
        while true {
            switch run.next() {
            case .write: run.machine.wrote(at: run.uptime)
            case .sync: run.machine.synced(at: run.uptime)
            case .makeRoom: run.machine.triedRoom(found: false)
            case .rotate(let rotation):
                guard rotation.payloadBytes < 60 << 10, segment < 3 else {
                    run.machine.foundNoRoom()
                    continue
                }
                segment += 1
                run.machine.ballast.fileCount -= 1
                run.machine.ballast.bytes -= 64 << 10
                let last = rotation.lastSequence
                run.machine.rotated(to: MachineRun.place(segment, size: 64 << 10, after: last))
            case .wait:
                run.giveAnswers()
                return
            default: throw BackendError(.unavailable, "nothing else is wanted")
            }
            run.giveAnswers()
        }
    }

    @Test("on a full disk many ends share what one file has room for, and the next ones another")
    func fillsBallast() throws {
        let run = Self.fullRun()
        let ends = (1...100).map { MachineCall.cancel($0) }
        ends.forEach(run.submit)
        try Self.work(run)
        #expect(ends.filter { !$0.isDone }.isEmpty)
    }

    @Test("on a full disk an end that is too large keeps no smaller one from being recorded")
    func refusesOnlyLarge() throws {
        let run = Self.fullRun()
        let large = MachineCall(.ending, LogCommand.Needs(bytesMax: 100 << 10)) { _, _, _ in }
        let ends = (1...20).map { MachineCall.cancel($0) }
        run.submit(ends[0])
        run.submit(large)
        ends.dropFirst().forEach(run.submit)
        try Self.work(run)
        #expect(large.outcomes == [.storageFull])
        #expect(ends.filter { !$0.isDone }.isEmpty)
    }

    @Test("on a full disk takes no more pauses at once than later segments can begin with")
    func refusesBaselines() throws {
        let run = Self.fullRun()
        let needs = LogCommand.Needs(bytesMax: 1024, baselineMax: 8 << 10)
        let pauses = (1...10).map { _ in MachineCall(.cancelling, needs) { _, _, _ in } }
        pauses.forEach(run.submit)
        try Self.work(run)
        // Twice as much, in a file of 64 KiB.
        #expect(pauses.count { $0.outcomes == [.storageFull] } == 6)
    }

    @Test("claims no more than what could end on a full disk, though it is not full yet")
    func growsBallast() {
        let run = Self.fullRun()
        run.machine.isFull = false
        let claim = MachineCall.claim(endingsMax: 47)
        run.submit(claim)
        // An end with the longest error, its numbers, its frame and a watermark.
        guard case .growBallast(to: 47 * (4096 + 128 + 48 + 48)) = run.next() else {
            Issue.record("the room for the ends is not made first")
            return
        }
        run.machine.grewBallast(found: false)
        _ = run.next()
        #expect(claim.outcomes == [.storageFull])

        run.machine.isFull = false
        run.machine.ballast.bytes = 600 << 10
        let other = MachineCall.claim(endingsMax: 47)
        run.submit(other)
        _ = run.next()
        #expect(other.isPlanned)
    }
}
