package import LazyJobs
import Synchronization

/// The payloads of jobs that came a short while ago, so that claiming them costs no read.
///
/// Bounded in bytes; the oldest leave first.
package final class PayloadCache: Sendable {
    private let byteCountMax: Int
    private let recent = Mutex(RecentPayloads())

    package init(byteCountMax: Int = 8 << 20) {
        self.byteCountMax = byteCountMax
    }

    /// Remembers the payloads of enqueued jobs, by the numbers of their events.
    package func add(_ events: ArraySlice<JobEvent>) {
        recent.withLock { recent in
            for event in events {
                guard case .enqueued(let job, _) = event.transition?.change else { continue }
                recent.append(job.payload, at: event.sequence)
            }
            recent.shrink(to: byteCountMax)
        }
    }

    /// Remembers the payloads of jobs whose events follow one another, later than all before.
    func add(_ jobs: [NewJob], from first: SequenceNumber) {
        recent.withLock { recent in
            var sequence = first
            for job in jobs {
                recent.append(job.payload, at: sequence)
                sequence = sequence.next
            }
            recent.shrink(to: byteCountMax)
        }
    }

    /// The payload that an event brought, if it is still here.
    package func payload(at sequence: SequenceNumber) -> JobPayload? {
        recent.withLock { $0.payload(at: sequence) }
    }
}

/// Payloads in the order of their numbers, which is that of their coming: so a search finds them.
private struct RecentPayloads {
    private struct Entry {
        var sequence: SequenceNumber
        var payload: JobPayload
    }

    /// What an entry costs beside the payload's bytes.
    private static let overhead = 128
    private static let none = JobPayload(bytes: [])

    /// Those before `head` have left.
    private var entries: [Entry] = []
    private var head = 0
    private var byteCount = 0

    mutating func append(_ payload: JobPayload, at sequence: SequenceNumber) {
        entries.append(Entry(sequence: sequence, payload: payload))
        byteCount += payload.bytes.count + Self.overhead
    }

    mutating func shrink(to byteCountMax: Int) {
        while byteCount > byteCountMax, head < entries.count {
            byteCount -= entries[head].payload.bytes.count + Self.overhead
            entries[head].payload = Self.none
            head += 1
        }
        if head > entries.count / 2 {
            entries.removeFirst(head)
            head = 0
        }
    }

    func payload(at sequence: SequenceNumber) -> JobPayload? {
        var low = head
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].sequence < sequence { low = middle + 1 } else { high = middle }
        }
        guard low < entries.count, entries[low].sequence == sequence else { return nil }
        return entries[low].payload
    }
}
