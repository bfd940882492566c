/// Lanes that take turns within one run: a disk is not as fast in one second as it was in the one
/// before, so what counts is the ratio of rounds that follow each other.
struct Comparison {
    /// What was measured of a lane.
    struct Row: Codable {
        var name: String
        var durability: Lane.Durability
        var callers: Int
        var jobsPerOperation: Int
        /// In operations, but for the rate, which is in jobs a second.
        var summary: Summary
        /// How fast it was beside the first lane, by pairs of rounds, in jobs.
        var ratio: Spread

        private enum CodingKeys: String, CodingKey {
            case name, durability, callers, summary, ratio
            case jobsPerOperation = "jobs_per_operation"
        }
    }

    private let rounds: Int
    /// How long a round is to take.
    private let roundTime: Duration
    private var lanes: [Lane] = []

    init(rounds: Int, roundTime: Duration) {
        self.rounds = rounds
        self.roundTime = roundTime
    }

    /// Adds a lane; the others are compared with the first.
    mutating func add(_ lane: Lane) {
        lanes.append(lane)
    }

    /// Measures all lanes in turn, and closes them.
    func run(_ progress: (String) -> Void) async throws -> Measured {
        progress("warming up")
        var counts: [Int] = []
        for lane in lanes { counts.append(try await count(for: lane)) }
        var measured = lanes.map { _ in [Round]() }
        for round in 1...rounds {
            progress("round \(round) of \(rounds)")
            for turn in lanes.indices {
                // Another one begins each round: nobody always comes first.
                let index = (turn + round) % lanes.count
                measured[index].append(try await lanes[index].run(counts[index]))
            }
        }
        for lane in lanes { try await lane.close() }
        return Measured(lanes, measured)
    }

    /// How many operations a round takes, by a warm-up that takes as long as one.
    private func count(for lane: Lane) async throws -> Int {
        _ = try await lane.run(lane.callers * 4)
        let probe = try await lane.run(lane.callers * 16)
        let warmUp = try await lane.run(count(at: probe.rate, by: lane.callers))
        return count(at: warmUp.rate, by: lane.callers)
    }

    private func count(at rate: Double, by callers: Int) -> Int {
        let count = Int(rate * (roundTime / .seconds(1)))
        return max(callers * 8, count / callers * callers)
    }

    /// The rounds of all lanes.
    struct Measured {
        private let lanes: [Lane]
        private let rounds: [[Round]]

        fileprivate init(_ lanes: [Lane], _ rounds: [[Round]]) {
            self.lanes = lanes
            self.rounds = rounds
        }

        var rows: [Row] {
            lanes.indices.map { index in
                let lane = lanes[index]
                var summary = Summary(rounds[index])
                let jobs = Double(lane.jobsPerOperation)
                summary.rate = Spread(rounds[index].map { $0.rate * jobs })
                return Row(
                    name: lane.name,
                    durability: lane.durability,
                    callers: lane.callers,
                    jobsPerOperation: lane.jobsPerOperation,
                    summary: summary,
                    ratio: ratio(of: index, to: 0)
                )
            }
        }

        /// Why ratios beside the bare loop say nothing, if they do not.
        ///
        /// What needs more threads suffers less than one that only ever waits for the disk, and
        /// finds its processor taken each time.
        var disturbance: String? {
            let shares = zip(lanes, rounds).filter { $0.0.name == LaneName.floor }
                .flatMap { $0.1.compactMap(\.waitingShare) }.sorted()
            guard !shares.isEmpty else { return nil }
            let percent = Int((quantile(0.5, of: shares) * 100).rounded())
            guard percent > Self.waitingPercentMax else { return nil }
            return "something else was running: the bare loop waited \(percent) % of its time for "
                + "a processor"
        }

        private static let waitingPercentMax = 10

        func row(_ name: String) -> Row? { rows.first { $0.name == name } }

        /// How fast one lane is beside another, by pairs of rounds.
        func ratio(of name: String, to other: String) -> Spread? {
            guard let index = lanes.firstIndex(where: { $0.name == name }),
                let otherIndex = lanes.firstIndex(where: { $0.name == other })
            else { return nil }
            return ratio(of: index, to: otherIndex)
        }

        /// How much longer the middle operation of a lane takes than the bare loop's, and how
        /// many times as long as that of the loop that is called.
        func delays(
            of name: String,
            _ title: String,
            max: Double,
            reach lane: String = LaneName.calledLoop
        ) -> [Claim] {
            guard let latency = row(name)?.summary.p50,
                let floor = row(LaneName.floor)?.summary.p50,
                let called = row(LaneName.calledLoop)?.summary.p50
            else { return [] }
            var claim = Claim("\(title) over the bare loop's", latency - floor, "µs", .atMost, max)
            if let least = row(lane)?.summary.p50 {
                claim.reach = Claim.Reach(of: lane, least - floor)
            }
            return [
                claim,
                Claim("\(title) beside the called loop's", latency / called, "times", .atMost),
            ]
        }

        /// How fast a lane is beside the fastest of some others.
        func ratio(of name: String, toBestOf others: [String]) -> Spread? {
            let rates = rows.filter { others.contains($0.name) }
            let best = rates.max { $0.summary.rate.median < $1.summary.rate.median }
            return best.flatMap { ratio(of: name, to: $0.name) }
        }

        private func ratio(of index: Int, to other: Int) -> Spread {
            let jobs = Double(lanes[index].jobsPerOperation)
            let otherJobs = Double(lanes[other].jobsPerOperation)
            return Spread(
                zip(rounds[index], rounds[other]).map { $0.rate * jobs / ($1.rate * otherJobs) }
            )
        }
    }
}
