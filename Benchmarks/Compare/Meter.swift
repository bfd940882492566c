import CCallCounter
import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What a process has used up to a moment, of what its operations cost.
struct Meter {
    private var syncs: UInt
    private var writtenBytes: UInt
    private var processorTime: Duration
    private var time: ContinuousClock.Instant

    static func read() -> Meter {
        Meter(
            syncs: counted_syncs(),
            writtenBytes: counted_bytes(),
            processorTime: processorTime(),
            time: .now
        )
    }

    /// What was used since.
    func spent() -> Expense {
        let now = Meter.read()
        return Expense(
            duration: time.duration(to: now.time),
            syncs: Int(now.syncs - syncs),
            writtenBytes: Int(now.writtenBytes - writtenBytes),
            processorTime: now.processorTime - processorTime
        )
    }

    /// Of all its threads, in the kernel too.
    private static func processorTime() -> Duration {
        var time = timespec()
        // SAFETY: the structure is filled during the call.
        guard unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return .zero }
        return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
    }
}

/// What a round has cost.
struct Expense: Sendable {
    var duration: Duration
    var syncs: Int
    var writtenBytes: Int
    var processorTime: Duration
}
