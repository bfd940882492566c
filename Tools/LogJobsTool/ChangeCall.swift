import LazyJobs
import LogJobs

/// The first argument of a call that changes a store, or copies it.
package enum ChangeVerb: String, CaseIterable {
    case retry, cancel, prune, compact, dump, load

    /// The states of the jobs that it can be done to; nothing when it is not about single jobs.
    var states: Set<JobState>? {
        switch self {
        case .retry: [.pending, .retrying, .discarded, .cancelled]
        case .cancel: [.pending, .running, .retrying]
        case .prune: [.succeeded, .discarded, .cancelled]
        case .compact, .dump, .load: nil
        }
    }

    /// The states that a filter means when it names none.
    var usualStates: Set<JobState> { self == .retry ? [.discarded] : states ?? [] }
}

/// A call that changes a store, or copies it.
package struct ChangeCall: Equatable {
    var verb: ChangeVerb
    var folder: String
    /// The file of a dump.
    var file = ""
    var selection = JobSelection()
    /// Whether it is done, or only counted.
    var isSure = false
    /// Whether running jobs are dumped too.
    var takesRunning = false
    /// Whether the history of what is removed is dropped.
    var dropsHistory = false
    var actor: String?
    var reason: String?
    /// The name of the store in a dump; the one it has for ever unless given.
    var source: String?
    var format = OutputFormat.text
}

/// Which jobs are meant: some by number, or all that a filter lets through.
struct JobSelection: Equatable {
    var ids: [JobID] = []
    var filter = Filter()

    var isEmpty: Bool { self == JobSelection() }

    /// The jobs, in the order of their numbers.
    func jobs(
        usually states: Set<JobState>,
        _ list: (JobQuery) async throws -> [JobRecord],
        lastTransition: (JobID) async throws -> SequenceNumber?
    ) async throws -> [JobRecord] {
        var jobs: [JobRecord] = []
        var query = filter.query(limit: JobLimits.listCountMax)
        query.states = filter.states ?? states
        query.order = .byID(after: nil)
        while true {
            let page = try await list(query)
            guard let last = page.last else { return jobs }
            query.order = .byID(after: last.id)
            guard filter.isOfChanges else {
                jobs += page
                continue
            }
            for job in page {
                let last = try await lastTransition(job.id)
                if filter.fitsChange(job, last) { jobs.append(job) }
            }
        }
    }
}
