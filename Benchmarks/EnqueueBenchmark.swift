import LazyJobs

/// Durable enqueues beside a bare loop of overwrite and sync, turn by turn in one run.
///
/// The disk is not the same from one second to the next. So every round of the store stands beside
/// a round of the loop with frames of the size that the store wrote, and what counts is the ratio.
struct EnqueueBenchmark {
    static let callerCounts = [1, 16, 64]

    let folder: String
    let rounds: Int
    /// How many syncs a round of the loop does; a round of the store enqueues as often, times the
    /// callers, so that it takes about as long.
    let syncsPerRound: Int

    /// What was measured for a number of callers.
    struct Row: Codable {
        var callers: Int
        var frameSize: Int
        var jobsPerFrame: Double
        var store: Summary
        var loop: Summary
        var ratio: Ratio

        private enum CodingKeys: String, CodingKey {
            case callers
            case frameSize = "frame_size"
            case jobsPerFrame = "jobs_per_frame"
            case store, loop, ratio
        }
    }

    func run(progress: (String) -> Void) async throws -> [Row] {
        let loop = try BareLoop(folder: folder)
        var lanes: [Lane] = []
        for callers in Self.callerCounts {
            lanes.append(try await lane(callers))
        }
        for round in 1...rounds {
            progress("round \(round) of \(rounds)")
            for index in lanes.indices {
                let lane = lanes[index]
                lanes[index].loopRounds.append(
                    try loop.run(count: syncsPerRound, frameSize: lane.frameSize)
                )
                lanes[index].storeRounds.append(
                    try await lane.store.run(count: syncsPerRound * lane.store.callers)
                )
            }
        }
        for lane in lanes { try await lane.store.close() }
        return lanes.map(\.row)
    }

    /// A store with its rounds.
    private struct Lane {
        let store: StoreUnderTest
        let frameSize: Int
        let jobsPerFrame: Double
        var storeRounds: [Round] = []
        var loopRounds: [Round] = []

        var row: Row {
            Row(
                callers: store.callers,
                frameSize: frameSize,
                jobsPerFrame: jobsPerFrame,
                store: Summary(storeRounds),
                loop: Summary(loopRounds),
                ratio: Ratio(of: storeRounds, to: loopRounds)
            )
        }
    }

    /// Opens a store, warms it up, and sees by that how large its frames are.
    private func lane(_ callers: Int) async throws -> Lane {
        let store = try await StoreUnderTest(folder: folder + "/\(callers)", callers: callers)
        let before = try store.size()
        let round = try await store.run(count: syncsPerRound * callers)
        let after = try store.size()
        let frames = max(1, after.frames - before.frames)
        return Lane(
            store: store,
            frameSize: max(64, (after.bytes - before.bytes) / frames),
            jobsPerFrame: Double(round.count) / Double(frames)
        )
    }
}
