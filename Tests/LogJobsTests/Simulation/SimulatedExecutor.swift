import LazyJobsTesting
import LogJobs
import LogJobsTesting
import Synchronization

/// Runs tasks, and the store's own pieces of work, one after the other on the thread that asks for
/// it, in an order that a seed decides.
///
/// Whatever is ready may be next: so the callers of a store, its writer and its background work
/// meet in as many ways as there are seeds, and in the same way each time for one of them.
final class SimulatedExecutor: TaskExecutor {
    private enum Piece {
        case job(UnownedJob)
        case work(LogEngine.Side, LogEngine.Work)

        var isBeside: Bool {
            if case .work(.beside, _) = self { true } else { false }
        }
    }

    private struct State {
        var ready: [Piece] = []
        var generator: SeededGenerator
    }

    private let state: Mutex<State>

    init(seed: UInt64) {
        state = Mutex(State(generator: SeededGenerator(seed: seed)))
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.ready.append(.job(job)) }
    }

    func perform(_ side: LogEngine.Side, _ work: @escaping LogEngine.Work) {
        state.withLock { $0.ready.append(.work(side, work)) }
    }

    /// A disk between whose calls by the writer, to segments and what becomes one, the work beside
    /// it is done at times.
    func watch(_ disk: SimulatedFileSystem) -> WatchedFileSystem {
        WatchedFileSystem(disk) { [weak self] call, path in
            // Who prepares makes none of these, and could not be met by another while at it.
            guard [.write, .sync, .rename].contains(call), Self.isSegment(path) else { return }
            if case .work(_, let work)? = self?.takePieceBeside() { work() }
        }
    }

    private static func isSegment(_ path: String) -> Bool {
        let name = path.split(separator: "/").last ?? ""
        return name.hasPrefix("seg-") || name == StoreFolder.nextSegmentName
    }

    private func takePieceBeside() -> Piece? {
        state.withLock { state in
            guard let index = state.ready.firstIndex(where: \.isBeside),
                Bool.random(using: &state.generator)
            else { return nil }
            return state.ready.remove(at: index)
        }
    }

    /// Runs a task to its end, with all that it waits for; when all wait, time passes.
    ///
    /// - Returns: What the task returned; `nil` when it waits for what nobody will do.
    func run<Value: Sendable>(
        _ clock: ManualClock,
        _ body: @escaping @Sendable () async -> Value
    ) -> Value? {
        let result = Mutex<Value?>(nil)
        Task(executorPreference: self) {
            let value = await body()
            result.withLock { $0 = value }
        }
        while true {
            switch takePiece() {
            case .job(let job)?: unsafe job.runSynchronously(on: asUnownedTaskExecutor())
            case .work(_, let work)?: work()
            case nil where clock.sleeperCount > 0: clock.advance(by: .seconds(1))
            case nil: return result.withLock { $0 }
            }
        }
    }

    private func takePiece() -> Piece? {
        state.withLock { state in
            guard !state.ready.isEmpty else { return nil }
            let index = Int.random(in: 0..<state.ready.count, using: &state.generator)
            return state.ready.remove(at: index)
        }
    }
}
