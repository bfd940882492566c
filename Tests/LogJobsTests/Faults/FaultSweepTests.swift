import LogJobs
import LogJobsTesting
import Testing

@Suite("Failure of every call", .timeLimit(.minutes(15)))
struct FaultSweepTests {
    /// Which failures of the longer programs are tried; those of the shortest are all.
    private static let seed: UInt64 = 1
    /// Of so many failures one is tried.
    private static let stride = 29

    @Test(
        "says what is wrong, lets go of everything, and loses nothing that was answered",
        arguments: CrashProgram.all
    )
    func losesNothing(program: CrashProgram) async throws {
        let reference = try await Self.reference(program)
        let failures = Self.failures(of: reference)
        let isShortest = program.description == CrashProgram.shortest.description
        let stride = isShortest ? 1 : Self.stride
        var generator = SeededGenerator(seed: Self.seed)
        let first = isShortest ? 0 : Int.random(in: 0..<stride, using: &generator)
        for index in Swift.stride(from: first, to: failures.count, by: stride) {
            let (number, kind) = failures[index]
            var run = FaultRun(
                program,
                kind,
                atCall: number,
                callCountMax: 4 * reference.fileSystem.callCount + 1000
            )
            try await run.perform()
            let call = reference.fileSystem.calls[number - 1]
            let oracle = FaultOracle(
                reference: reference,
                run: run,
                story: "call \(number) (\(call)) \(kind)"
            )
            try await oracle.check(seed: UInt64(number))
        }
    }

    private static func failures(of run: CrashRun) -> [(number: Int, kind: FailureKind)] {
        run.fileSystem.calls.enumerated().flatMap { index, record in
            let kinds = FailureKind.kinds(of: record.call)
            // Once that has failed, no sync makes the name of the store's folder durable any more,
            // unless it can be removed again.
            let isOfParent = record.call == .syncFolder && record.path != CrashRun.folder
            return kinds.filter { !isOfParent || !$0.lasts }.map { (index + 1, $0) }
        }
    }

    private static func reference(_ program: CrashProgram) async throws -> CrashRun {
        var run = CrashRun(program, on: SimulatedFileSystem())
        try await run.run()
        return run
    }
}
