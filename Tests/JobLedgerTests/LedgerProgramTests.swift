import LazyJobs
import Testing

@testable import JobLedger

@Suite("Random programs on the ledger")
struct LedgerProgramTests {
    @Test(
        "every step keeps the invariants, and the events alone give the same ledger",
        arguments: 1...20 as ClosedRange<UInt64>
    )
    func keepsInvariants(seed: UInt64) throws {
        var program = LedgerProgram(seed: seed)
        for step in 0..<300 {
            try program.step()
            program.ledger.checkInvariants()
            program.follower.checkInvariants()
            try #require(
                program.ledger.view() == program.follower.view(),
                "seed \(seed), step \(step)"
            )
        }
        var fold = JobLedger()
        for event in program.events { try fold.apply(event) }
        #expect(fold.view() == program.ledger.view())
    }

    @Test(
        "what is passed over is the same for an event and for as much of it as a reader takes",
        arguments: 1...10 as ClosedRange<UInt64>
    )
    func skips(seed: UInt64) throws {
        var program = LedgerProgram(seed: seed)
        for _ in 0..<150 { try program.step() }
        var late = JobLedger(baseline: program.ledger.baseline())
        late.beginSegment()
        var folded = late
        let known = program.events.count
        for _ in 0..<150 { try program.step() }
        for event in program.events[known...] {
            try late.skip(event)
            try folded.skipFolded(event)
            #expect(late.accounts.segments == folded.accounts.segments)
        }
        #expect(late.view() == folded.view())
        #expect(late.lastSequence.rawValue > UInt64(known))
    }

    @Test("a copy stays as it is while the ledger goes on", arguments: [1, 2] as [UInt64])
    func copiesAreValues(seed: UInt64) throws {
        var program = LedgerProgram(seed: seed)
        for _ in 0..<100 { try program.step() }
        let (copy, view) = (program.ledger, program.ledger.view())
        for _ in 0..<100 { try program.step() }
        copy.checkInvariants()
        #expect(copy.view() == view)
        #expect(program.ledger.view() != view)
    }

    @Test(
        "a ledger that begins late, with what was carried, ends like one that saw everything",
        arguments: 1...20 as ClosedRange<UInt64>
    )
    func beginsLate(seed: UInt64) throws {
        var program = LedgerProgram(seed: seed)
        for _ in 0..<150 { try program.step() }
        var late = JobLedger(baseline: program.ledger.baseline())
        var full = program.ledger
        for event in full.carriedEvents() {
            try full.apply(event)
            try late.apply(event)
            var ended = late
            ended.endFold()
            ended.checkInvariants()
        }
        late.endFold()
        #expect(late.view() == full.view())
        #expect(full.view().records == program.ledger.view().records)
    }
}

extension JobLedger {
    /// The events by which compaction would carry every job, the one that changed first at first.
    fileprivate func carriedEvents() -> [JobEvent] {
        var events: [JobEvent] = []
        var slot = order.oldest
        while slot != .none {
            let (row, record) = (rows[slot], record(at: slot))
            let transition = JobTransition(
                jobID: row.id,
                version: row.version,
                previous: row.lastTransition,
                attempt: record.attempt,
                change: .carried(CarriedJob(record))
            )
            events.append(
                JobEvent(
                    sequence: SequenceNumber(
                        rawValue: lastSequence.rawValue + UInt64(events.count) + 1
                    ),
                    epoch: epoch,
                    time: row.updatedAt.date,
                    body: .job(transition)
                )
            )
            slot = order.newer(than: slot)
        }
        return events
    }
}

extension CarriedJob {
    /// What a record says, with an empty payload.
    fileprivate init(_ record: JobRecord) {
        self.init(
            job: NewJob(
                kind: record.kind,
                queue: record.queue,
                payload: JobPayload(bytes: []),
                priority: record.priority,
                maxAttempts: record.maxAttempts,
                timeout: record.timeout,
                uniqueKey: record.uniqueKey,
                idempotencyKey: record.idempotencyKey,
                scheduleKey: record.scheduleKey,
                tags: record.tags,
                metadata: record.metadata
            ),
            state: record.state,
            runAt: record.runAt,
            createdAt: record.createdAt,
            updatedAt: record.updatedAt,
            lastError: record.lastError,
            worker: record.worker,
            output: record.output
        )
    }
}
