/// What an answer of the store survives.
public enum Durability: Sendable, Hashable {
    /// Every answer survives power loss: it is given when the device has it. A claim is given when
    /// the kernel has it, since losing a claim loses no job.
    case synced
    /// Every answer survives the death of the process: it is given when the kernel has it. The
    /// device has it after at most about this interval; power loss may take what came since.
    ///
    /// Commits of less than 2 KiB are not deflated, which would take longer than all the rest of
    /// them: there are twice as many a second. Until they are compacted or archived, which deflates
    /// them, small jobs take 1.2 to 2 times the room, and payloads between 500 bytes and 2 KiB as
    /// much more as they would deflate: JSON three or four times, what repeats itself ten times.
    ///
    /// Few callers at once look for their answer for up to 20 µs, on the thread that they are on,
    /// before they suspend; none in a process that has a single processor when it opens the first
    /// such store.
    case written(syncEvery: Duration)
}
