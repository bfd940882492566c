/// What an answer of the store survives.
public enum Durability: Sendable, Hashable {
    /// Every answer survives power loss: it is given when the device has it. A claim is given when
    /// the kernel has it, since losing a claim loses no job.
    case synced
    /// Every answer survives the death of the process: it is given when the kernel has it. The
    /// device has it after at most about this interval; power loss may take what came since.
    ///
    /// Commits of less than 2 KiB are not deflated, which would take longer than all the rest of
    /// them: there are twice as many a second, and segments take up to half as much room again.
    /// What is compacted or archived is deflated as ever.
    case written(syncEvery: Duration)
}
