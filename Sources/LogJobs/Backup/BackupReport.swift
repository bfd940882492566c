/// What a backup has made.
public struct BackupReport: Sendable, Hashable {
    /// How many files share their bytes with the store, by hard links.
    public var linkedFileCount = 0
    /// The bytes of those.
    public var linkedByteCount: UInt64 = 0
    /// How many files were copied.
    public var copiedFileCount = 0
    /// The bytes of those.
    public var copiedByteCount: UInt64 = 0
    /// What was found when all of the backup was read and verified.
    public var verification = RecoveryReport()

    /// Makes an empty report.
    public init() {}
}
