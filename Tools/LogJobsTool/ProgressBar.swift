import Foundation
import LazyJobs
import Synchronization

/// Shows on standard error how far long work is, once it takes longer than a moment.
final class ProgressBar: Sendable {
    private struct State {
        var percent = -1
        var isShown = false
    }

    private static let patience = Duration.milliseconds(500)

    private let clock = SystemClock()
    private let start: Duration
    private let write: (@Sendable (String) -> Void)?
    private let state = Mutex(State())

    /// - Parameter write: Where it is drawn; without, nothing is shown.
    init(_ write: (@Sendable (String) -> Void)? = nil) {
        self.write = write
        start = clock.uptime
    }

    /// Draws on standard error, if that is a terminal; besides an output that comes meanwhile only
    /// if that goes elsewhere.
    static func onTerminal(besidesOutput: Bool) -> ProgressBar {
        guard isatty(STDERR_FILENO) == 1 else { return ProgressBar() }
        guard !besidesOutput || isatty(STDOUT_FILENO) == 0 else { return ProgressBar() }
        return ProgressBar { text in
            // A bar that cannot be drawn is no reason to fail.
            try? Foundation.FileHandle.standardError.write(contentsOf: Data(text.utf8))
        }
    }

    /// Says how many events of all were read.
    @Sendable
    func show(_ sequence: SequenceNumber, of last: SequenceNumber) {
        guard last > .zero else { return }
        show(Double(sequence.rawValue) / Double(last.rawValue))
    }

    /// Says how much of the whole is done, from 0 to 1.
    @Sendable
    func show(_ share: Double) {
        guard let write, share.isFinite, clock.uptime - start > Self.patience else { return }
        let percent = Int(100 * min(1, max(0, share)))
        let isNew = state.withLock { state in
            defer { (state.percent, state.isShown) = (percent, true) }
            return state.percent != percent
        }
        if isNew { write("\r" + Self.line(percent)) }
    }

    /// Takes it away.
    func end() {
        let wasShown = state.withLock { state in
            defer { state = State() }
            return state.isShown
        }
        if wasShown { write?("\r" + String(repeating: " ", count: Self.line(100).count) + "\r") }
    }

    static func line(_ percent: Int) -> String {
        let filled = String(repeating: "#", count: percent * width / 100)
        let text = String(repeating: " ", count: 3 - String(percent).count) + "\(percent) %"
        return "[" + filled + String(repeating: ".", count: width - filled.count) + "] " + text
    }

    private static let width = 40
}
