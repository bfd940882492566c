package import JobLedger
package import LazyJobs

/// One call on the store, handed to the writer.
///
/// The writer knows of it only what it takes to order it, to keep room for it and to answer it;
/// what it does to the ledger is its own.
package struct LogCommand: Sendable {
    /// What decides about a command when there is no room, and when it is answered.
    package enum Role: Sendable, Hashable {
        /// Makes the store grow; refused as soon as there is no room but what is kept back.
        case growth
        /// Takes jobs; answered when it is written, and needs room for their ends.
        case claim
        /// Ends or removes something, and has the room that is kept back for it.
        case ending
        /// Changes nothing.
        case question

        /// Whether it goes before the others of a commit.
        ///
        /// A claim is answered before its frame is synced, so it must not see what others of the
        /// same frame enqueue: that might not survive. What ends with it frees limits for it.
        var goesFirst: Bool { self == .claim || self == .ending }
    }

    /// Gives the answer, or in its place the failure that came between.
    package typealias Reply = @Sendable (_ failure: BackendError?) -> Void

    /// What must be there before a command is planned, since what is planned cannot be taken back.
    package struct Needs: Sendable, Hashable {
        /// More bytes than its events can have in a frame.
        package var bytesMax: Int
        /// How many jobs it makes at the most.
        package var newJobsMax: Int
        /// How many bytes the ends of what it claims may need later.
        package var endingBytesMax: Int

        package init(bytesMax: Int = 0, newJobsMax: Int = 0, endingBytesMax: Int = 0) {
            self.bytesMax = bytesMax
            self.newJobsMax = newJobsMax
            self.endingBytesMax = endingBytesMax
        }

        /// Those of a command that writes nothing.
        package static let none = Needs()
    }

    package var role: Role
    /// What it needs, as the ledger stands.
    package var needs: @Sendable (borrowing JobLedger) -> Needs
    /// Checks the command against the ledger and carries it out there: adds its events, applied.
    package var plan:
        @Sendable (_ ledger: inout JobLedger, _ now: Timestamp, _ events: inout [JobEvent]) -> Reply
    /// Answers with an error instead; nothing has happened.
    package var refuse: @Sendable (BackendError) -> Void

    package init(
        _ role: Role,
        needs: @escaping @Sendable (borrowing JobLedger) -> Needs,
        plan:
            @escaping @Sendable (
                _ ledger: inout JobLedger, _ now: Timestamp, _ events: inout [JobEvent]
            ) -> Reply,
        refuse: @escaping @Sendable (BackendError) -> Void
    ) {
        self.role = role
        self.needs = needs
        self.plan = plan
        self.refuse = refuse
    }
}
