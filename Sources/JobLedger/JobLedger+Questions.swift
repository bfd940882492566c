import Foundation
package import LazyJobs

extension JobLedger {
    /// The current state of a job, if the store has it.
    package func record(of id: JobID) -> JobRecord? {
        guard let slot = slots[id] else { return nil }
        return record(at: slot)
    }

    /// The jobs that fit, in the order that is asked for.
    ///
    /// - Complexity: O(answer) when all jobs or all of a queue or state are asked for and the
    ///   first ones fit; at most O(jobs).
    package func list(_ query: JobQuery) throws(BackendError) -> [JobRecord] {
        try answering("list jobs") { () throws(Violation) in
            try RequestLimits.check(
                count: query.limit,
                "the limit",
                from: 1,
                to: JobLimits.listCountMax
            )
        }
        guard let filter = RowFilter(query, in: self) else { return [] }
        var records: [JobRecord] = []
        var countLeft = filter.countMax
        /// Takes a job that fits; false when no more are needed.
        func take(_ slot: Slot) -> Bool {
            guard countLeft > 0 else { return false }
            let row = rows[slot]
            guard filter.fits(row) else { return true }
            countLeft -= 1
            if filter.tagFits(row, traits[slot]) { records.append(record(at: slot)) }
            return records.count < query.limit
        }
        switch query.order {
        case .lastChangedFirst:
            var slot = order.newest
            while slot != .none, take(slot) { slot = order.older(than: slot) }
        case .byID(let last):
            slots.walk(after: last, while: take)
        }
        return records
    }

    /// The schedules, sorted by key.
    package func schedules() -> [JobSchedule] {
        schedulesByKey.sorted { $0.key < $1.key }.map(\.value)
    }

    /// The names of the paused queues, sorted.
    package func pausedQueues() -> [String] {
        pausesByQueue.keys.sorted().map(\.text)
    }

    /// The event that holds the job's payload.
    package func payloadSequence(of id: JobID) -> SequenceNumber? {
        slots[id].map { rows[$0].payloadSequence }
    }

    /// The event of the job's last real transition: where its history begins, backwards.
    package func lastTransition(of id: JobID) -> SequenceNumber? {
        slots[id].map { rows[$0].lastTransition }
    }

    func record(at slot: Slot) -> JobRecord {
        let row = rows[slot]
        let traits = row.hasTraits ? traits[slot] : nil
        // In one go, since each change of a record is a copy of it.
        return JobRecord(
            id: row.id,
            kind: kinds.name(row.kind),
            queue: queues.name(row.queue),
            state: row.state,
            attempt: Int(row.attempt),
            maxAttempts: Int(row.maxAttempts),
            priority: row.priority,
            runAt: row.runAt.date,
            createdAt: row.createdAt.date,
            updatedAt: row.updatedAt.date,
            lastError: row.hasError ? errors[slot] : nil,
            worker: row.worker == Interner.none ? nil : workers.name(row.worker),
            timeout: traits?.timeout,
            output: row.hasOutput ? outputs[slot] : nil,
            uniqueKey: traits?.uniqueKey,
            concurrencyKey: traits?.concurrencyKey,
            idempotencyKey: traits?.idempotencyKey,
            scheduleKey: traits?.scheduleKey,
            tags: traits?.tags ?? [],
            metadata: traits?.metadata ?? [:],
            waitsFor: traits?.waitsFor ?? []
        )
    }

    /// Turns what is wrong with a request into the error of its operation.
    func answering(
        _ operation: String,
        _ check: () throws(Violation) -> Void
    ) throws(BackendError) {
        do throws(Violation) {
            try check()
        } catch {
            throw error.error(operation)
        }
    }
}

/// The jobs that a query asks for, in terms of rows.
private struct RowFilter {
    private var states: Set<JobState>?
    private var kind: Interner.Token?
    private var queue: Interner.Token?
    private var tag: TextKey?
    /// How many jobs fit at the most; when so many were found the search is over.
    let countMax: Int

    /// Nothing when no job can fit.
    init?(_ query: JobQuery, in ledger: JobLedger) {
        if let name = query.kind {
            guard let token = ledger.kinds.token(of: name) else { return nil }
            kind = token
        }
        if let name = query.queue {
            guard let token = ledger.queues.token(of: name) else { return nil }
            queue = token
        }
        states = query.states
        tag = query.tag.map(TextKey.init)
        guard kind == nil else {
            countMax = .max
            return
        }
        let counts = queue.map { ledger.lanes[Int($0)].counts } ?? ledger.counts
        let states = query.states ?? Set(JobState.allCases)
        countMax = states.reduce(0) { $0 + counts[$1] }
    }

    func fits(_ row: JobRow) -> Bool {
        (kind ?? row.kind) == row.kind && (queue ?? row.queue) == row.queue
            && states?.contains(row.state) ?? true
    }

    func tagFits(_ row: JobRow, _ traits: @autoclosure () -> JobTraits?) -> Bool {
        guard let tag else { return true }
        return row.hasTraits && traits()?.tags.contains { TextKey($0) == tag } ?? false
    }
}

extension JobLedger {
    /// When the job changed that changed last.
    package var lastChange: Timestamp? {
        order.newest == .none ? nil : rows[order.newest].updatedAt
    }
}
