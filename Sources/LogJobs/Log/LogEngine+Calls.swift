package import JobLedger
package import LazyJobs

extension LogEngine {
    /// What a command does to the ledger.
    package typealias Body<Answer> =
        @Sendable (
            _ ledger: inout JobLedger, _ now: Timestamp, _ events: inout [JobEvent]
        ) throws(BackendError) -> Answer

    /// Hands a call over and waits until it is answered, whatever becomes of the calling task.
    ///
    /// - Throws: What came between. What the call itself answers is in it when this returns.
    func complete(_ role: LogCommand.Role, _ call: PendingCall) async throws(BackendError) {
        let failure = await unsafe withUnsafeContinuation { continuation in
            unsafe call.waiter = continuation
            submit(LogCommand(role, call))
        }
        if let failure { throw failure }
    }

    /// Hands a command over and waits for its answer, whatever becomes of the calling task.
    ///
    /// - Parameters:
    ///   - role: See ``LogCommand/Role``.
    ///   - needs: What must be there before it is planned, as the ledger stands then.
    ///   - body: What it does. Runs on the writer's thread.
    /// - Returns: What the body returned, once that may be told.
    /// - Throws: What the body threw, once that may be told, or what came between.
    package func call<Answer: Sendable>(
        _ role: LogCommand.Role,
        needs: @escaping @Sendable (borrowing JobLedger) -> LogCommand.Needs,
        _ body: @escaping Body<Answer>
    ) async throws(BackendError) -> Answer {
        let call = BodyCall(needs: needs, body)
        try await complete(role, call)
        return try call.answer()
    }

    /// As the other, for a command whose needs are known beforehand.
    package func call<Answer: Sendable>(
        _ role: LogCommand.Role,
        _ needs: LogCommand.Needs,
        _ body: @escaping Body<Answer>
    ) async throws(BackendError) -> Answer {
        try await call(role, needs: { _ in needs }, body)
    }

    /// Asks the ledger, and waits for the answer.
    package func ask<Answer: Sendable>(
        _ body: @escaping @Sendable (borrowing JobLedger) throws(BackendError) -> Answer
    ) async throws(BackendError) -> Answer {
        try await call(.question, .none) { ledger, _, _ throws(BackendError) in try body(ledger) }
    }

    /// Closes the store in order, once what is here is answered.
    ///
    /// - Returns: Why it could not be closed, if so.
    package func close() async -> BackendError? {
        await unsafe withUnsafeContinuation { continuation in
            let call = PendingCall()
            unsafe call.waiter = continuation
            close(call)
        }
    }

    /// Changes the manifest, and returns when the change is durable.
    func edit(_ edit: ManifestEdit) async throws(BackendError) {
        let failure = await unsafe withUnsafeContinuation { continuation in
            let call = PendingCall()
            unsafe call.waiter = continuation
            self.edit(edit, call)
        }
        if let failure { throw failure }
    }

    /// A segment that is sealed, and can be compacted.
    struct CompactionTarget: Sendable {
        var header: SegmentHeader
        var validEnd: UInt64
        /// The first event of the segment behind it.
        var nextSequence: SequenceNumber
    }

    /// All segments but the active one, the oldest first.
    func sealedSegments() -> [CompactionTarget] {
        let headers = catalog.headers
        return zip(headers, headers.dropFirst()).compactMap { header, next in
            next.predecessor.map { predecessor in
                CompactionTarget(
                    header: header,
                    validEnd: predecessor.validEnd,
                    nextSequence: next.firstSequence
                )
            }
        }
    }

    /// How many bytes each segment holds, the oldest first, the active one last.
    package func segmentSizes() -> [UInt64] {
        sealedSegments().map(\.validEnd) + [catalog.activeEnd]
    }

    /// Does what takes its time, away from the writer, from readings that somebody waits for, and
    /// from Swift's own threads.
    func inBackground<Answer: Sendable>(
        _ body: @escaping @Sendable () throws(LogStoreError) -> Answer
    ) async throws(LogStoreError) -> Answer {
        let result: Result<Answer, LogStoreError> = await withCheckedContinuation { continuation in
            inBackground {
                do throws(LogStoreError) {
                    continuation.resume(returning: .success(try body()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }

    /// Reads from the segments, away from the writer, and waits for the answer.
    package func read<Answer: Sendable>(
        _ body:
            @escaping @Sendable (_ reader: inout EventReader) throws(LogReadError) -> Answer
    ) async throws(LogReadError) -> Answer {
        let result: Result<Answer, LogReadError> = await withCheckedContinuation { continuation in
            read { reader in
                do throws(LogReadError) {
                    continuation.resume(returning: .success(try body(&reader)))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }
}
