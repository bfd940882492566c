extension BackendConformance {
    /// The seeds are part of the names, so that a failure tells its own.
    static let randomPrograms: [Check] = (UInt64(1)...12).map { seed in
        Check("a random program leaves the store as it leaves a plain model (seed \(seed))") {
            trial in
            var program = RandomProgram(seed: seed)
            try await program.run(steps: 200, on: &trial)
        }
    }
}
