package import JobLedger
package import LazyJobs

/// One call on the store, handed to the writer.
///
/// The writer knows of it only what it takes to order it, to keep room for it and to answer it;
/// what it does to the ledger is its own.
package struct LogCommand: Sendable {
    /// What decides about a command when there is no room, and when it is answered.
    package enum Role: Sendable, Hashable {
        /// Makes the store grow; refused as soon as there is no room but what is kept back, unless
        /// it turns out to need none.
        case growth
        /// Takes jobs; answered when it is written, and needs room for their ends.
        case claim
        /// Copies state forward, so that segments can be given back; may use what is kept back, as
        /// far as nothing that runs needs it.
        case carrying
        /// Ends what runs, and has the room that is kept back for it, but for what an output has
        /// more than an error may have.
        case ending
        /// Calls off jobs, or controls queues and schedules; may use what is kept back, as far as
        /// all else leaves it.
        case cancelling
        /// Removes what has ended, so that compaction finds it dead; may use what is kept back, as
        /// far as what runs and compaction leave it.
        case pruning
        /// Changes nothing.
        case question

        /// Whether it goes before the others of a commit.
        ///
        /// A claim is answered before its frame is synced, so it must not see what others of the
        /// same frame enqueue: that might not survive. What ends with it frees limits for it.
        var goesFirst: Bool {
            switch self {
            case .claim, .ending, .cancelling, .pruning: true
            case .growth, .carrying, .question: false
            }
        }
    }

    /// What must be there before a command is planned, since what is planned cannot be taken back.
    package struct Needs: Sendable, Hashable {
        /// More bytes than its events can have in a frame.
        package var bytesMax: Int
        /// How many jobs it makes at the most.
        package var newJobsMax: Int
        /// How many jobs it claims at the most, whose ends must find room later.
        package var endingsMax: Int
        /// How many bytes of an end are more than what was set aside for it.
        package var unreservedBytes: Int
        /// How much more each later segment begins with.
        package var baselineMax: Int

        package init(
            bytesMax: Int = 0,
            newJobsMax: Int = 0,
            endingsMax: Int = 0,
            unreservedBytes: Int = 0,
            baselineMax: Int = 0
        ) {
            self.bytesMax = bytesMax
            self.newJobsMax = newJobsMax
            self.endingsMax = endingsMax
            self.unreservedBytes = unreservedBytes
            self.baselineMax = baselineMax
        }

        /// Those of a command that writes nothing.
        package static let none = Needs()
    }

    package let role: Role
    private let call: any StoreCall

    package init(_ role: Role, _ call: any StoreCall) {
        self.role = role
        self.call = call
    }

    /// What it needs, as the ledger stands.
    func needs(_ ledger: inout JobLedger) -> Needs {
        call.needs(&ledger)
    }

    /// Carries it out in the ledger, and gives the answer that is to be given when it may be told.
    func plan(
        _ ledger: inout JobLedger,
        at now: Timestamp,
        into events: inout [JobEvent]
    ) -> any Answerable {
        call.plan(&ledger, at: now, into: &events)
        return call
    }

    /// Its answer when it is not planned.
    func refusal(_ error: BackendError) -> GivenAnswers {
        GivenAnswers(to: [call], error)
    }
}

/// Someone who waits for the outcome of a commit.
package protocol Answerable: AnyObject, Sendable {
    /// Gives the answer, or in its place the failure that came between; called exactly once.
    func answer(_ failure: BackendError?)
}

/// What a command does.
package protocol StoreCall: Answerable {
    /// What must be there before it is planned.
    ///
    /// Changes nothing; but of a ledger that is only lent the compiler makes a copy, which takes
    /// longer than all that is done with it.
    func needs(_ ledger: inout JobLedger) -> LogCommand.Needs

    /// Checks it against the ledger and carries it out there: adds its events, applied. Called at
    /// most once, before the answer.
    func plan(_ ledger: inout JobLedger, at now: Timestamp, into events: inout [JobEvent])
}

/// One answer for several who wait, ready to be given.
package struct GivenAnswers: Sendable {
    package let receivers: [any Answerable]
    private let failure: BackendError?

    init(to receivers: [any Answerable], _ failure: BackendError? = nil) {
        self.receivers = receivers
        self.failure = failure
    }

    /// Gives it to all.
    package func give() {
        for receiver in receivers { receiver.answer(failure) }
    }
}
