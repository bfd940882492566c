import Foundation
import LazyJobs

/// 2026-07-24T09:30:00Z, and so many seconds later.
func moment(_ seconds: Double = 0) -> Date {
    Date(timeIntervalSince1970: 1_784_885_400 + seconds)
}

/// A job whose names have what a terminal must not get.
func sampleRecord() -> JobRecord {
    JobRecord(
        id: JobID(rawValue: 12),
        kind: "send\u{1B}[31m-mail",
        queue: "mail",
        state: .retrying,
        attempt: 2,
        maxAttempts: 25,
        priority: .high,
        runAt: moment(60),
        createdAt: moment(),
        updatedAt: moment(4.5),
        lastError: "host\nunknown",
        worker: "worker-1",
        tags: ["eu"],
        metadata: ["trace": "4f"]
    )
}

/// The events of one job, a second apart, from number 7 on; each points to the one before.
func sampleEvents(_ changes: [(attempt: Int, change: JobTransition.Change)]) -> [JobEvent] {
    changes.enumerated().map { index, item in
        let sequence = UInt64(7 + index)
        let transition = JobTransition(
            jobID: JobID(rawValue: 12),
            version: UInt32(index),
            previous: index == 0 ? nil : SequenceNumber(rawValue: sequence - 1),
            attempt: item.attempt,
            change: item.change
        )
        return JobEvent(
            sequence: SequenceNumber(rawValue: sequence),
            epoch: 1,
            time: moment(Double(index)),
            body: .job(transition)
        )
    }
}
