package import LazyJobs

extension JobLedger {
    /// Makes a schedule or replaces its content; one that stands so already makes no event.
    package mutating func setSchedule(
        _ schedule: JobSchedule,
        actor: String?,
        at now: Timestamp,
        into events: inout [JobEvent]
    ) throws(BackendError) -> JobSchedule {
        try answering("set the schedule") { () throws(Violation) in
            try RequestLimits.check(schedule)
            try RequestLimits.check(actor: actor)
            try checkRoom(for: schedule)
        }
        // As it is kept: in whole microseconds.
        var schedule = schedule
        schedule.nextRunAt = Timestamp(schedule.nextRunAt).date
        schedule.interval = .microseconds(schedule.interval.wholeMicroseconds)
        schedule.job.normalizeTimes()
        let standing = schedulesByKey[TextKey(schedule.key)]
        if let standing, standing.interval == schedule.interval {
            schedule.nextRunAt = standing.nextRunAt
        }
        if schedule != standing {
            append(.schedule(.set(schedule, actor: actor)), at: now, into: &events)
        }
        return schedule
    }

    /// All schedules together are bounded: each new segment of a log begins with them.
    private func checkRoom(for schedule: JobSchedule) throws(Violation) {
        var others = schedulesByKey
        others[TextKey(schedule.key)] = nil
        guard others.count < JobLimits.scheduleCountMax else {
            throw Violation("the store has \(others.count) schedules, as many as it can")
        }
        let size = others.values.reduce(schedule.job.size) { $0 + $1.job.size }
        guard size <= JobLimits.schedulesSizeMax else {
            throw Violation(
                "all schedules together would have \(size) bytes, allowed are "
                    + "\(JobLimits.schedulesSizeMax)"
            )
        }
    }

    /// Removes a schedule; the jobs that it enqueued stay.
    package mutating func removeSchedule(
        key: String,
        actor: String?,
        at now: Timestamp,
        into events: inout [JobEvent]
    ) throws(BackendError) {
        try answering("remove the schedule") { () throws(Violation) in
            try RequestLimits.check(key: key, "the schedule's key")
            try RequestLimits.check(actor: actor)
        }
        guard schedulesByKey[TextKey(key)] != nil else {
            throw BackendError(
                .notFound,
                "Could not remove schedule \(key): the store has no such schedule."
            )
        }
        append(.schedule(.removed(key: key, actor: actor)), at: now, into: &events)
    }

    /// Enqueues the jobs of the due schedules, and moves these on.
    package mutating func runDueSchedules(
        at now: Timestamp,
        into events: inout [JobEvent]
    ) throws(BackendError) -> ScheduleResult {
        let dueSchedules = schedules().filter { Timestamp($0.nextRunAt) <= now }
        try checkRoom(for: dueSchedules.count)
        var enqueued: [JobRecord] = []
        for schedule in dueSchedules {
            let next = schedule.nextRun(after: now)
            guard next > Timestamp(schedule.nextRunAt) else { continue }
            let isFree = openCountsBySchedule[TextKey(schedule.key)] == nil
            var job = schedule.job
            job.runAt = schedule.nextRunAt
            job.scheduleKey = schedule.key
            let isEnqueued = isFree && holder(ofKeysOf: job) == nil
            if isEnqueued {
                let slot = add(job, at: now, into: &events)
                enqueued.append(record(at: slot))
            }
            let change = ScheduleChange.advanced(
                key: schedule.key,
                nextRunAt: next.date,
                enqueued: isEnqueued
            )
            append(.schedule(change), at: now, into: &events)
        }
        let nextDue = schedulesByKey.values.map(\.nextRunAt).min()
        return ScheduleResult(enqueued: enqueued, nextDue: nextDue)
    }
}

extension JobSchedule {
    /// The first time on the grid after a moment, at the latest the end of the year 9999.
    fileprivate func nextRun(after now: Timestamp) -> Timestamp {
        let last = Timestamp(nextRunAt)
        let step = max(1, interval.wholeMicroseconds)
        let latest = Timestamp(JobLimits.latest).microseconds
        let count = (now.microseconds - last.microseconds) / step + 1
        let (distance, isTooFar) = step.multipliedReportingOverflow(by: count)
        let (next, isTooLate) = last.microseconds.addingReportingOverflow(distance)
        return Timestamp(microseconds: isTooFar || isTooLate ? latest : min(next, latest))
    }
}
