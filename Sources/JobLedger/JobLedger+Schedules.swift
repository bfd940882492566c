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
    func checkRoom(for schedule: JobSchedule) throws(Violation) {
        let old = schedulesByKey[TextKey(schedule.key)]
        try Self.check(
            scheduleCount: schedulesByKey.count + (old == nil ? 1 : 0),
            size: schedulesSize + schedule.job.size - (old?.job.size ?? 0)
        )
    }

    static func check(scheduleCount count: Int, size: Int) throws(Violation) {
        guard count <= JobLimits.scheduleCountMax else {
            throw Violation(
                "the store would have \(count) schedules, allowed are "
                    + "\(JobLimits.scheduleCountMax)"
            )
        }
        guard size <= JobLimits.schedulesSizeMax else {
            throw Violation(
                "all schedules together would have \(size) bytes, allowed are "
                    + "\(JobLimits.schedulesSizeMax)"
            )
        }
    }

    /// Takes a schedule, or without one its removal, into the state.
    mutating func keep(_ schedule: JobSchedule?, key: String) {
        let old = schedulesByKey.removeValue(forKey: TextKey(key))
        schedulesByKey[TextKey(key)] = schedule
        schedulesSize += (schedule?.job.size ?? 0) - (old?.job.size ?? 0)
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
