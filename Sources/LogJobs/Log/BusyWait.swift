import CLogJobs
import LazyJobs

/// Waits for another thread without sleeping: for what comes sooner than a thread is woken.
enum BusyWait {
    /// Looks again and again, until something has come or the time is over.
    ///
    /// - Returns: Whether it has come.
    static func wait(atMost bound: Duration, until hasCome: () -> Bool) -> Bool {
        guard bound > .zero else { return false }
        let clock = SystemClock()
        let end = clock.uptime + bound
        repeat {
            for _ in 0..<16 {
                if hasCome() { return true }
                clogjobs_relax()
            }
        } while clock.uptime < end
        return false
    }
}
