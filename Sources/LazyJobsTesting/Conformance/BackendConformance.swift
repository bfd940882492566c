public import LazyJobs

/// The contract of `Backend` as code: what every backend must do, check by check.
///
/// Write a ``BackendHarness`` for your backend and run every check, from any test framework. With
/// Swift Testing:
///
/// ```swift
/// @Test("keeps the contract", .timeLimit(.minutes(5)), arguments: BackendConformance.allChecks)
/// func conforms(check: BackendConformance.Check) async throws {
///     try await check.run(on: MyHarness())
/// }
/// ```
///
/// A check depends on no timing, and holds for any schedule of its tasks; but a backend that never
/// answers lets it wait for ever, so run it with a time limit.
public struct BackendConformance: Sendable {
    /// One requirement, and the code that tells whether a backend meets it.
    public struct Check: Sendable {
        /// The requirement, as a sentence.
        public let name: String
        /// The abilities that a backend must have for the requirement to concern it.
        public let needs: BackendAbilities

        private let file: String
        private let line: Int
        private let body: @Sendable (inout Trial) async throws -> Void

        init(
            _ name: String,
            needs: BackendAbilities = [],
            file: String = #fileID,
            line: Int = #line,
            _ body: @escaping @Sendable (inout Trial) async throws -> Void
        ) {
            self.name = name
            self.needs = needs
            self.file = file
            self.line = line
            self.body = body
        }
    }

    /// Every check, grouped by theme.
    public static var allChecks: [Check] {
        [
            enqueueing, contents, textLimits, numberLimits, keys, claiming, dueTimes, queueLimits,
            leases, outcomes, cancelling, retrying, errorTexts, histories, historyOfEnds,
            listing, listingByID, schedules, scheduleTimes, queueControl, pruning, crashes,
            closing, signals, clockJumps, concurrency, taskCancellation, randomPrograms,
        ].flatMap(\.self)
    }

    /// The checks that concern a backend with these abilities.
    public static func checks(for abilities: BackendAbilities) -> [Check] {
        allChecks.filter { abilities.isSuperset(of: $0.needs) }
    }
}

extension BackendConformance.Check {
    /// Runs the check on a fresh store, and cleans up after it.
    ///
    /// - Throws: ``ConformanceFailure`` when the backend does not meet the requirement or lacks an
    ///   ability that the check needs; what the harness throws when it opens or cleans up.
    public func run(on harness: some BackendHarness) async throws {
        let clock = ManualClock()
        let store = try await harness.open(clock: clock)
        var trial = Trial(clock: clock, backend: store, harness: harness)
        let failure = await failure(of: &trial)
        do {
            try await harness.cleanUp(any: trial.backend)
        } catch {
            throw failure ?? error
        }
        if let failure { throw failure }
    }

    private func failure(of trial: inout Trial) async -> (any Error)? {
        do {
            guard trial.backend.abilities.isSuperset(of: needs) else {
                return failure("the backend lacks an ability that the check needs", line: line)
            }
            try await body(&trial)
            return nil
        } catch let expectation as ExpectationFailure {
            return failure(expectation.message, line: expectation.line)
        } catch {
            return failure("unexpected error: \(error)", line: line)
        }
    }

    private func failure(_ message: String, line: Int) -> ConformanceFailure {
        ConformanceFailure(check: name, message: message, file: file, line: line)
    }
}

extension BackendConformance.Check: CustomStringConvertible {
    /// The requirement.
    public var description: String { name }
}
