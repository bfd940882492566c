package import JobLedger
package import LazyJobs

extension LogEngine {
    /// What a command does to the ledger.
    package typealias Body<Answer> =
        @Sendable (
            _ ledger: inout JobLedger, _ now: Timestamp, _ events: inout [JobEvent]
        ) throws(BackendError) -> Answer

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
        let result = await withCheckedContinuation { continuation in
            submit(
                LogCommand(
                    role,
                    needs: needs,
                    plan: { ledger, now, events in
                        let result = Self.result(of: body, &ledger, now, &events)
                        return { failure in
                            continuation.resume(returning: failure.map { .failure($0) } ?? result)
                        }
                    },
                    refuse: { continuation.resume(returning: .failure($0)) }
                )
            )
        }
        return try result.get()
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

    private static func result<Answer>(
        of body: Body<Answer>,
        _ ledger: inout JobLedger,
        _ now: Timestamp,
        _ events: inout [JobEvent]
    ) -> Result<Answer, BackendError> {
        do throws(BackendError) {
            return .success(try body(&ledger, now, &events))
        } catch {
            return .failure(error)
        }
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
