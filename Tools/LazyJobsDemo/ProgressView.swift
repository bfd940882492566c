import LazyJobs
import Synchronization

/// Shows how far the jobs are, and tells when all of them have come to their end.
///
/// On a terminal it is a bar that moves; elsewhere a plain line now and then.
final class ProgressView: JobObserver {
    private let state: Mutex<State>
    private let end: AsyncStream<Void>.Continuation
    private let ended: AsyncStream<Void>
    private let halfWay: HalfWay

    private struct State {
        var bar: ProgressBar
    }

    /// Waits for `total` jobs, of which some are done already.
    init(done: Int, total: Int, halfWay: HalfWay) {
        (ended, end) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        state = Mutex(State(bar: ProgressBar(done: done, total: total)))
        self.halfWay = halfWay
        if done >= total { end.finish() }
    }

    /// Returns when all jobs are done, or the runner has ended without.
    func waitUntilEnd() async {
        for await _ in ended {}
        if Console.isTerminal { Console.say("") }
    }

    func observe(_ event: RunnerEvent) {
        switch event {
        case .finished(let record, _) where record.state.isFinal:
            halfWay.jobEnded()
            count()
        case .stopped: end.finish()
        default: break
        }
    }

    private func count() {
        let (bar, isNew) = state.withLock { state in
            let percent = state.bar.percent
            state.bar.done += 1
            return (state.bar, state.bar.percent != percent)
        }
        if Console.isTerminal, isNew {
            Console.overwrite(bar.line)
        } else if isNew, bar.percent.isMultiple(of: 10) {
            Console.say(bar.line)
        }
        if bar.done == bar.total { end.finish() }
    }
}

/// How far something is, as a line of text.
struct ProgressBar {
    var done: Int
    var total: Int

    var percent: Int { total == 0 ? 100 : done * 100 / total }

    var line: String {
        let filled = percent * Self.width / 100
        let bar =
            String(repeating: "#", count: filled)
            + String(repeating: ".", count: Self.width - filled)
        return "[\(bar)] \(percent) %  \(done) of \(total) jobs"
    }

    private static let width = 40
}
