import JobLedger
import LazyJobs
import LogJobs
import Testing

/// The wait for callers that were answered a moment ago, and may come again together.
@Suite("A commit that gathers callers")
struct GatheringTests {
    private static let budget = Duration.microseconds(100)

    /// How many commands it wants, and how long it waits; `nil` if it does something else.
    private static func pause(
        _ run: MachineRun
    ) -> (commandCount: Int, bound: Duration)? {
        guard case .gather(let count, let bound) = run.next() else { return nil }
        return (count, bound)
    }

    @Test("is written as soon as all have come")
    func allCome() throws {
        let run = MachineRun()
        run.machine.expect(2, budget: Self.budget)
        let first = try #require(Self.pause(run))
        #expect(first.bound == Self.budget)
        run.submit(.enqueue())
        #expect(Self.pause(run)?.commandCount == 1)
        run.submit(.enqueue())
        #expect(run.write() == 2)
    }

    @Test("counts those who are there already")
    func someAreThere() {
        let run = MachineRun()
        run.submit(.enqueue())
        run.machine.expect(1, budget: Self.budget)
        #expect(Self.pause(run)?.commandCount == 1)
        run.submit(.enqueue())
        #expect(run.write() == 2)
    }

    @Test("is for callers that add jobs, and for others only if they are many")
    func countsReturning() {
        let run = MachineRun()
        for call in [MachineCall.enqueue(), .claim(), .enqueue(), .question(), .claim()] {
            run.submit(call)
        }
        #expect(run.write() != nil)
        #expect(run.machine.takeReturningCount() == 0)
        #expect(run.sync())
        #expect(run.machine.takeReturningCount() == 2)
        #expect(run.machine.takeReturningCount() == 0)
        for (count, returning) in [(7, 1), (8, 9)] {
            run.submit(.enqueue())
            for id in 0..<count { run.submit(.cancel(UInt64(100 + id))) }
            #expect(run.write() != nil)
            #expect(run.sync())
            #expect(run.machine.takeReturningCount() == returning)
        }
    }

    @Test("does not wait when nobody waits for a sync")
    func written() {
        let run = MachineRun(durability: .written(syncEvery: .seconds(1)))
        run.machine.expect(9, budget: Self.budget)
        run.submit(.enqueue())
        #expect(run.write() == 1)
    }

    @Test("plans what has come while it waits for the rest")
    func plansMeanwhile() {
        let run = MachineRun()
        run.machine.expect(9, budget: Self.budget)
        let call = MachineCall.enqueue()
        run.submit(call)
        #expect(Self.pause(run) != nil)
        #expect(call.isPlanned)
        #expect(call.isWaiting)
    }

    @Test("waits no longer than its budget, which only its pauses use up")
    func budget() throws {
        let run = MachineRun()
        run.machine.expect(9, budget: Self.budget)
        _ = try #require(Self.pause(run))
        run.uptime += .microseconds(30)
        run.submit(.enqueue())
        let second = try #require(Self.pause(run))
        #expect(second.bound == .microseconds(70))
        run.uptime += .microseconds(70)
        run.submit(.enqueue())
        #expect(run.write() == 2)
    }

    @Test("is written when the time is over, whatever the clock says")
    func timeIsOver() {
        let run = MachineRun()
        run.machine.expect(9, budget: Self.budget)
        run.submit(.enqueue())
        #expect(Self.pause(run) != nil)
        run.machine.endGathering()
        #expect(run.write() == 1)
    }

    @Test("writes nothing when nobody comes")
    func nobodyComes() {
        let run = MachineRun()
        run.machine.expect(9, budget: Self.budget)
        #expect(Self.pause(run) != nil)
        run.machine.endGathering()
        guard case .wait = run.next() else {
            Issue.record("no wait")
            return
        }
    }

    @Test("waits for nobody once the store is to be closed")
    func closing() {
        let run = MachineRun()
        run.machine.expect(9, budget: Self.budget)
        run.submit(.enqueue())
        #expect(Self.pause(run) != nil)
        run.machine.close(MachineCall.question())
        #expect(run.write() == 1)
    }

    @Test("answers a claim of others' new jobs after the sync, and one without them at the write")
    func claims() {
        let run = MachineRun()
        run.machine.expect(9, budget: Self.budget)
        let (early, late) = (MachineCall.claim(), MachineCall.claim())
        run.submit(early)
        #expect(Self.pause(run) != nil)
        run.submit(.enqueue())
        #expect(Self.pause(run) != nil)
        run.submit(late)
        #expect(Self.pause(run) != nil)
        #expect(run.machine.ledger.runningCount == 1)
        run.machine.endGathering()
        #expect(run.write() == 2)
        #expect(early.isDone)
        #expect(late.isWaiting)
        #expect(run.sync())
        #expect(late.isDone)
    }

    @Test("keeps for the next what does not fit beside what is planned")
    func noRoom() {
        let run = MachineRun(segmentSize: 12 << 10)
        run.machine.expect(9, budget: Self.budget)
        run.submit(.enqueue(bytesMax: 4000))
        #expect(Self.pause(run) != nil)
        let large = MachineCall.enqueue(bytesMax: 5000)
        run.submit(large)
        #expect(run.write() == 1)
        #expect(run.sync())
        #expect(!large.isPlanned)
        #expect(run.write() == 1)
    }

    @Test("writes what is planned before more job ids are made durable")
    func jobIDs() {
        let run = MachineRun(jobIDEnd: 2)
        run.machine.expect(9, budget: Self.budget)
        run.submit(.enqueue())
        #expect(Self.pause(run) != nil)
        run.submit(.enqueue())
        #expect(run.write() == 1)
        #expect(run.sync())
        guard case .extendJobIDs = run.next() else {
            Issue.record("no extension")
            return
        }
    }
}
