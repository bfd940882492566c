package import LazyJobs

/// What every transition says, whatever it changes.
package struct TransitionHead: Sendable {
    package var sequence = SequenceNumber.zero
    package var epoch: UInt64 = 0
    package var timestamp = Timestamp(microseconds: 0)
    package var jobID = JobID(rawValue: 0)
    package var version: UInt32 = 0
    package var previous: SequenceNumber?
    package var attempt = 0

    package init() {}

    init(
        _ transition: borrowing JobTransition,
        _ sequence: SequenceNumber,
        epoch: UInt64,
        at timestamp: Timestamp
    ) {
        (self.sequence, self.epoch, self.timestamp) = (sequence, epoch, timestamp)
        (jobID, version) = (transition.jobID, transition.version)
        (previous, attempt) = (transition.previous, transition.attempt)
    }
}
