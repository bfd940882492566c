import LazyJobs

extension JobLedger {
    /// What the image has beside the jobs.
    package var frame: LedgerFrame {
        LedgerFrame(
            baseline: baseline(),
            kinds: kinds.allNames,
            queues: queues.allNames,
            workers: workers.allNames,
            segments: accounts.segments,
            jobCount: count
        )
    }

    /// Shows every job, the one that changed first at first.
    ///
    /// - Complexity: O(jobs).
    package func forEachImage<Failure: Error>(
        _ body: (JobImage) throws(Failure) -> Void
    ) throws(Failure) {
        var slot = order.oldest
        while slot != .none {
            try body(image(at: slot))
            slot = order.newer(than: slot)
        }
    }

    private func image(at slot: Slot) -> JobImage {
        let row = rows[slot]
        var image = JobImage(
            id: row.id,
            version: row.version,
            attempt: row.attempt,
            maxAttempts: row.maxAttempts,
            priority: row.priority,
            state: row.state,
            isReady: row.isReady,
            runAt: row.runAt,
            createdAt: row.createdAt,
            updatedAt: row.updatedAt,
            payloadSequence: row.payloadSequence,
            lastTransition: row.lastTransition,
            recordWeight: row.recordWeight,
            kind: row.kind,
            queue: row.queue,
            worker: row.worker
        )
        if row.hasTraits || row.hasError || row.hasOutput {
            image.extras = .extras(
                traits: row.hasTraits ? traits[slot] : nil,
                error: row.hasError ? errors[slot] : nil,
                output: row.hasOutput ? outputs[slot] : nil
            )
        }
        return image
    }
}

/// Makes a ledger from its image.
package struct LedgerRestoration: Sendable {
    private var ledger: JobLedger
    private let frame: LedgerFrame
    // For each number in a list of names what stands for it now.
    private var kinds: [Interner.Token]
    private var queues: [Interner.Token]
    private var workers: [Interner.Token]
    private var last = SequenceNumber.zero

    package init(_ frame: LedgerFrame) throws(LedgerError) {
        try frame.baseline.check()
        self.frame = frame
        ledger = JobLedger(baseline: frame.baseline)
        ledger.accounts = RecordAccounts(segments: frame.segments)
        kinds = Array(repeating: Interner.none, count: frame.kinds.count)
        queues = Array(repeating: Interner.none, count: frame.queues.count)
        workers = Array(repeating: Interner.none, count: frame.workers.count)
    }

    /// Takes the next job, which changed after all before.
    ///
    /// - Throws: When it contradicts itself or another; the restoration is of no more use then.
    package mutating func add(_ image: JobImage) throws(LedgerError) {
        guard image.id.rawValue > 0, image.id < ledger.nextJobID, ledger.slots[image.id] == nil
        else { throw .wrongJobID(expected: ledger.nextJobID, found: image.id) }
        guard image.lastTransition > last, image.lastTransition <= ledger.lastSequence,
            image.payloadSequence > .zero, image.payloadSequence <= ledger.lastSequence
        else { throw .sequenceGap(expected: last.next, found: image.lastTransition) }
        guard image.attempt <= UInt32(Int32.max), image.maxAttempts <= UInt32(Int32.max) else {
            throw .wrongAttempt(image.id, expected: 0, found: Int(image.attempt))
        }
        guard image.kind < frame.kinds.count, image.queue < frame.queues.count,
            image.worker == JobImage.noName || image.worker < frame.workers.count
        else { throw .unknownJob(image.id) }
        if let traits = image.extras?.traits {
            try ledger.checkKeys(of: traits, image.id, isFinal: image.state.isFinal)
        }
        try JobLedger.checkRoom(ledger.count)
        last = image.lastTransition
        insert(image)
    }

    private mutating func insert(_ image: JobImage) {
        var row = JobRow(
            id: image.id,
            runAt: image.runAt,
            createdAt: image.createdAt,
            updatedAt: image.updatedAt,
            payloadSequence: image.payloadSequence,
            lastTransition: image.lastTransition,
            kind: Self.token(image.kind, frame.kinds, &kinds, &ledger.kinds),
            queue: queueToken(image.queue),
            version: image.version,
            attempt: image.attempt,
            maxAttempts: image.maxAttempts,
            recordWeight: image.recordWeight,
            priority: image.priority,
            state: image.state
        )
        row.isReady = image.isReady
        if image.worker != JobImage.noName {
            row.worker = Self.token(image.worker, frame.workers, &workers, &ledger.workers)
        }
        ledger.restore(row, image)
    }

    private mutating func queueToken(_ number: UInt32) -> Interner.Token {
        let token = queues[Int(number)]
        if token != Interner.none {
            ledger.queues.retain(token)
            return token
        }
        queues[Int(number)] = ledger.retainQueue(frame.queues[Int(number)])
        return queues[Int(number)]
    }

    private static func token(
        _ number: UInt32,
        _ names: [String],
        _ tokens: inout [Interner.Token],
        _ interner: inout Interner
    ) -> Interner.Token {
        let token = tokens[Int(number)]
        if token != Interner.none {
            interner.retain(token)
            return token
        }
        tokens[Int(number)] = interner.retain(names[Int(number)])
        return tokens[Int(number)]
    }

    /// The ledger, once all jobs are there.
    package consuming func finish() throws(LedgerError) -> JobLedger {
        guard ledger.count == frame.jobCount else {
            throw .limitExceeded("\(ledger.count) jobs where \(frame.jobCount) should be")
        }
        return ledger
    }
}

extension JobLedger {
    fileprivate mutating func restore(_ row: JobRow, _ image: JobImage) {
        let slot = Slot(rows.count)
        var row = row
        if let extras = image.extras { keep(extras, of: &row, at: slot) }
        rows.append(row)
        heapPositions.append(0)
        slots.insert(row.id, at: slot)
        add(slot, row)
        order.insertNewest(slot)
    }

    private mutating func keep(_ extras: JobImage.Extras, of row: inout JobRow, at slot: Slot) {
        if let traits = extras.traits {
            row.hasTraits = true
            self.traits[slot] = traits
            bindKeys(of: traits, isFinal: row.state.isFinal, at: slot)
        }
        if let error = extras.error {
            row.hasError = true
            errors[slot] = error
        }
        if let output = extras.output {
            row.hasOutput = true
            outputs[slot] = output
        }
    }
}
