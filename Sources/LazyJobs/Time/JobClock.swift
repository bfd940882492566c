package import Dispatch
public import Foundation

/// The one source of time of a backend and of the runners on it.
///
/// Nothing in these libraries goes by another clock, so a test that injects `ManualClock` decides
/// what time it is.
public protocol JobClock: Sendable {
    /// The wall clock's time. It may jump, forwards and backwards.
    var now: Date { get }

    /// The time since an arbitrary fixed moment; it never goes backwards.
    var uptime: Duration { get }

    /// Returns when ``uptime`` has advanced by a duration.
    ///
    /// A runner cancels its sleep under its lock: what a clock does then must not ask the runner.
    ///
    /// - Parameter duration: How long to sleep; nothing or less returns at once.
    /// - Throws: `CancellationError` as soon as the calling task is cancelled.
    func sleep(for duration: Duration) async throws
}

/// The clock of the machine.
public struct SystemClock: JobClock {
    private static let start = ContinuousClock.now

    /// Makes the clock; all of them show the same time.
    public init() {}

    /// The machine's wall clock.
    public var now: Date { Date() }

    /// The time since the program first asked.
    public var uptime: Duration { Self.start.duration(to: .now) }

    /// Sleeps on the continuous clock, which goes on while the machine is suspended.
    public func sleep(for duration: Duration) async throws {
        try await ContinuousClock().sleep(for: min(duration, .longest))
    }
}

extension SystemClock {
    /// A moment from now, for a thread that blocks until then.
    package static func deadline(in duration: Duration) -> DispatchTime {
        .now() + .nanoseconds(Int(duration / .nanoseconds(1)))
    }
}
