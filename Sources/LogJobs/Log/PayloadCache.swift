package import LazyJobs
import Synchronization

/// The payloads of jobs that came a short while ago, so that claiming them costs no read.
///
/// Bounded in bytes; the oldest leave first.
package final class PayloadCache: Sendable {
    fileprivate struct State {
        var payloads: [SequenceNumber: JobPayload] = [:]
        /// In the order of coming; those before `head` have left.
        var order: [SequenceNumber] = []
        var head = 0
        var byteCount = 0
    }

    private let byteCountMax: Int
    private let state = Mutex(State())

    package init(byteCountMax: Int = 8 << 20) {
        self.byteCountMax = byteCountMax
    }

    /// Remembers the payloads of enqueued jobs, by the numbers of their events.
    package func add(_ events: ArraySlice<JobEvent>) {
        state.withLock { state in
            for event in events {
                guard case .enqueued(let job, _) = event.transition?.change else { continue }
                state.add(job.payload, at: event.sequence)
            }
            state.shrink(to: byteCountMax)
        }
    }

    /// The payload that an event brought, if it is still here.
    package func payload(at sequence: SequenceNumber) -> JobPayload? {
        state.withLock { $0.payloads[sequence] }
    }
}

extension PayloadCache.State {
    /// What an entry costs beside the payload's bytes.
    private static let overhead = 128

    fileprivate mutating func add(_ payload: JobPayload, at sequence: SequenceNumber) {
        payloads[sequence] = payload
        order.append(sequence)
        byteCount += payload.bytes.count + Self.overhead
    }

    fileprivate mutating func shrink(to byteCountMax: Int) {
        while byteCount > byteCountMax, head < order.count {
            if let payload = payloads.removeValue(forKey: order[head]) {
                byteCount -= payload.bytes.count + Self.overhead
            }
            head += 1
        }
        if head > order.count / 2 {
            order.removeFirst(head)
            head = 0
        }
    }
}
