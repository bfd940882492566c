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
        let isAwake = submit(LogCommand(role, call))
        let failure = await call.outcome(watch, looks: isAwake)
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
        needs: @escaping @Sendable (inout JobLedger) -> LogCommand.Needs,
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
        let call = PendingCall()
        close(call)
        return await call.outcome()
    }

    /// Changes the manifest, and returns when the change is durable.
    func edit(_ edit: ManifestEdit) async throws(BackendError) {
        let call = PendingCall()
        self.edit(edit, call)
        if let failure = await call.outcome() { throw failure }
    }

    /// How much of a segment is needed.
    struct SegmentUse: Sendable, Hashable {
        /// How large it is, with the zeros that a process which died has left in it.
        var bytes: UInt64
        /// Which share of it, from 0 to 1.
        var liveShare: Double
        /// How many jobs' records are in it.
        var liveCount: Int
    }

    /// A segment that is sealed, and can be compacted.
    struct CompactionTarget: Sendable {
        var header: SegmentHeader
        var validEnd: UInt64
        /// How large its file is.
        var fileSize: UInt64
        /// The first event of the segment behind it.
        var nextSequence: SequenceNumber
    }

    /// All segments but the active one, the oldest first.
    func sealedSegments() -> [CompactionTarget] {
        let sizes = catalog.recoveredSizes
        return zip(sizes, sizes.dropFirst()).compactMap { segment, next in
            next.header.predecessor.map { predecessor in
                CompactionTarget(
                    header: segment.header,
                    validEnd: predecessor.validEnd,
                    fileSize: max(segment.size ?? 0, predecessor.validEnd),
                    nextSequence: next.header.firstSequence
                )
            }
        }
    }

    /// How much of each segment is needed, the oldest first, the active one last.
    func segmentUses() async throws(BackendError) -> [SegmentUse] {
        let accounts = try await ask { $0.accounts.segments }
        let sealed = sealedSegments()
        let end = catalog.activeEnd
        let active = catalog.headers.last.map { [($0.firstSequence, end, end)] } ?? []
        let sizes = sealed.map { ($0.header.firstSequence, $0.validEnd, $0.fileSize) } + active
        return sizes.enumerated().map { index, segment in
            let (first, validEnd, size) = segment
            // One that is empty begins with the same event as the next.
            let isEmpty = index + 1 < sizes.count && sizes[index + 1].0 == first
            let account = isEmpty ? nil : accounts.last { $0.first == first }
            return SegmentUse(
                bytes: size,
                liveShare: (account?.liveShare ?? 0) * Double(validEnd) / Double(size),
                liveCount: account?.liveCount ?? 0
            )
        }
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
