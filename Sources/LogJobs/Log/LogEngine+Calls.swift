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
            submit(LogCommand(role, PendingCall(needs: needs, body, continuation)))
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

    /// Closes the store in order, once what is here is answered.
    ///
    /// - Returns: Why it could not be closed, if so.
    package func close() async -> BackendError? {
        await withCheckedContinuation { close(PendingClose($0)) }
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

/// Who waits for the store to be closed.
private final class PendingClose: Answerable {
    private let continuation: CheckedContinuation<BackendError?, Never>

    init(_ continuation: CheckedContinuation<BackendError?, Never>) {
        self.continuation = continuation
    }

    func answer(_ failure: BackendError?) { continuation.resume(returning: failure) }
}

/// A call that waits for its answer.
// SAFETY: `result` is set by `plan` and read by `answer`, which the one writer calls in this order.
private final class PendingCall<Answer: Sendable>: StoreCall, @unchecked Sendable {
    private let needs: @Sendable (borrowing JobLedger) -> LogCommand.Needs
    private let body: LogEngine.Body<Answer>
    private let continuation: CheckedContinuation<Result<Answer, BackendError>, Never>
    private var result: Result<Answer, BackendError>?

    init(
        needs: @escaping @Sendable (borrowing JobLedger) -> LogCommand.Needs,
        _ body: @escaping LogEngine.Body<Answer>,
        _ continuation: CheckedContinuation<Result<Answer, BackendError>, Never>
    ) {
        self.needs = needs
        self.body = body
        self.continuation = continuation
    }

    func needs(_ ledger: borrowing JobLedger) -> LogCommand.Needs { needs(ledger) }

    func plan(_ ledger: inout JobLedger, at now: Timestamp, into events: inout [JobEvent]) {
        do throws(BackendError) {
            result = .success(try body(&ledger, now, &events))
        } catch {
            result = .failure(error)
        }
    }

    func answer(_ failure: BackendError?) {
        guard let result = failure.map({ .failure($0) }) ?? result else {
            preconditionFailure("a call is answered before it is planned")
        }
        continuation.resume(returning: result)
    }
}
