public import LazyJobs

/// What a repair has saved, and what is lost.
public struct RepairReport: Sendable, Hashable {
    /// How many jobs are in the new store.
    public var jobCount = 0
    /// How many events of the old log could be read.
    public var eventCount = 0
    /// The newest event that is known of, lost or not.
    public var lastSequence: SequenceNumber = .zero
    /// The unfinished end of the log that was left out, if there was one: no damage, but what a
    /// crash leaves.
    public var tornTail: RecoveryReport.TornTail?
    /// What does not verify or is not there.
    public var damages: [Damage] = []
    /// The events that are lost, as far as anything tells of them.
    public var lostEvents: [ClosedRange<SequenceNumber>] = []
    /// Jobs that are not in the new store, though some of their events could be read.
    ///
    /// The event that held their arguments is lost. Sorted.
    public var lostJobs: [JobID] = []
    /// Jobs that had not ended as far as is known, and of which a later event may be lost.
    ///
    /// They may have gone on, or have ended. They are in the new store as they were last seen.
    /// Sorted.
    public var staleJobs: [JobID] = []
    /// Jobs that had ended or had been pruned, as a later job with the same key proves.
    ///
    /// How they ended is lost. They are in the new store as discarded, or not at all. Sorted.
    public var presumedEndedJobs: [JobID] = []
    /// Makes an empty report.
    public init() {}

    /// Whether nothing was damaged or lost.
    public var isWhole: Bool {
        damages.isEmpty && lostEvents.isEmpty && lostJobs.isEmpty && presumedEndedJobs.isEmpty
    }

    /// A file, or a part of one, that could not be used.
    public struct Damage: Sendable, Hashable {
        /// The file's name in the store folder.
        public var file: String
        /// Which bytes of it; `nil` for a file that is not there, or is not the one it should be.
        public var bytes: Range<UInt64>?
        /// What is wrong, in words for people.
        public var reason: String

        /// Describes a damage.
        public init(file: String, bytes: Range<UInt64>?, reason: String) {
            self.file = file
            self.bytes = bytes
            self.reason = reason
        }
    }
}
