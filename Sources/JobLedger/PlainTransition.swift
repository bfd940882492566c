package import LazyJobs

/// A transition as a fold takes it, of the kinds that nearly all are of: what is not kept in memory
/// is not there, so that nothing must be allocated to read a log.
///
/// A reader fills the same one again and again: fields that are not of its kind say nothing.
package struct PlainTransition: Sendable {
    package enum Kind: Sendable {
        case enqueued
        case claimed
        /// Without an output.
        case succeeded
        case pruned
    }

    package var kind: Kind
    package var head: TransitionHead
    /// What was enqueued.
    package var job = PlainJob()
    /// When what was enqueued is to run.
    package var runAt = Timestamp(microseconds: 0)
    /// Who claimed the job.
    package var worker = ""

    package init() {
        kind = .pruned
        head = TransitionHead()
    }

    /// That of the event.
    var weight: Int {
        switch kind {
        case .enqueued: EventWeight.enqueued + job.size
        case .claimed: EventWeight.claimed + worker.utf8.count
        case .succeeded: EventWeight.succeeded
        case .pruned: EventWeight.pruned
        }
    }
}
