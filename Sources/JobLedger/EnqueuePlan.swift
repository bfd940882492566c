package import LazyJobs

/// What came of a request to add jobs, in few words.
///
/// The writer of a log makes this; the records of the jobs that were added are made by whoever
/// waits for them, while the writer is with the jobs of others.
package struct EnqueuePlan: Sendable {
    /// That of the first job that was added; the others follow without gaps.
    let firstID: JobID
    /// When they were added.
    let time: Timestamp
    /// The jobs that hold the keys of those that were not added, with their places in the request.
    var duplicates: [(index: Int, holder: JobRecord)] = []

    init(firstID: JobID, time: Timestamp) {
        (self.firstID, self.time) = (firstID, time)
    }

    /// Those of the request's jobs that were added.
    package func added(of jobs: [NewJob]) -> [NewJob] {
        if duplicates.isEmpty { return jobs }
        let others = Set(duplicates.map(\.index))
        return jobs.indices.filter { !others.contains($0) }.map { jobs[$0] }
    }

    /// The answer.
    ///
    /// - Parameter jobs: Those of the request.
    /// - Returns: One result for each job, in their order.
    package func results(for jobs: [NewJob]) -> [EnqueueResult] {
        var nextID = firstID.rawValue
        var duplicates = duplicates[...]
        return jobs.enumerated().map { index, job in
            if let first = duplicates.first, first.index == index {
                duplicates.removeFirst()
                return .duplicate(of: first.holder)
            }
            defer { nextID += 1 }
            return .enqueued(JobRecord(job, id: JobID(rawValue: nextID), enqueuedAt: time))
        }
    }
}

extension JobRecord {
    /// What the store says of a job that it just took in.
    fileprivate init(_ job: NewJob, id: JobID, enqueuedAt now: Timestamp) {
        var job = job
        job.normalizeTimes()
        let standing = CarriedJob(
            job: job,
            state: .pending,
            runAt: job.runAt ?? now.date,
            createdAt: now.date,
            updatedAt: now.date
        )
        self.init(standing, id: id, attempt: 0)
    }
}
