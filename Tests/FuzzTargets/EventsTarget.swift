import JobLedger
import LazyJobs
import LogJobs
import Synchronization

/// Raw bytes of a block: the number of its events, its first event, then the bytes.
enum EventsTarget {
    private static let writer = Mutex(BlockWriter())

    static func run(_ bytes: [UInt8]) {
        var input = FuzzInput(bytes)
        let count = Int(input.number(UInt16.self))
        // A frame's header and an archive's directory vouch for this.
        let first = SequenceNumber(rawValue: min(input.number(), .max - UInt64(count)))
        let raw = input.remainder()
        do throws(FormatError) {
            var reader = BlockReader(raw)
            let folded = folded(raw, count, first)
            let events: [JobEvent]
            do throws(FormatError) {
                events = try reader.events(count: count, first: first)
            } catch {
                precondition(folded == nil, "a fold takes what is refused otherwise")
                throw error
            }
            check(events)
            precondition(folded?.count == events.count, "a fold reads another count of events")
            for (folded, event) in zip(folded ?? [], events) {
                precondition(folded.isPart(of: event), "a fold reads an event otherwise")
            }
            guard let last = events.indices.last else { return }
            reader = BlockReader(raw)
            let some = try reader.events(count: count, first: first, through: last / 2)
            precondition(some == Array(events[...(last / 2)]), "a part of a block reads otherwise")
        } catch {}
    }

    /// One event as a fold has read it.
    fileprivate struct Folded {
        var event: FoldedEvent
        var plain: PlainTransition
    }

    /// What a fold reads; `nil` when it refuses the bytes.
    private static func folded(
        _ raw: ArraySlice<UInt8>,
        _ count: Int,
        _ first: SequenceNumber
    ) -> [Folded]? {
        do throws(FormatError) {
            var plain = PlainTransition()
            var reader = try EventBlockReader(EventBlock(first: first, eventCount: count, raw: raw))
            var found: [Folded] = []
            while let event = try reader.next(&plain) {
                found.append(Folded(event: event, plain: plain))
            }
            return found
        } catch {
            return nil
        }
    }

    /// The input that gives these events, which are of one epoch.
    static func input(_ events: [JobEvent]) -> [UInt8] {
        var input = ByteWriter()
        input.append(fixed: UInt16(events.count))
        input.append(fixed: events[0].sequence.rawValue)
        input.append(contentsOf: bytes(of: events))
        return input.bytes
    }

    private static func bytes(of events: [JobEvent]) -> [UInt8] {
        writer.withLock { writer in
            writer.begin(epoch: events[0].epoch, time: events[0].timestamp)
            for event in events { writer.append(event) }
            return writer.writer.bytes
        }
    }

    /// What was decoded can be encoded, and is the same when it is decoded again.
    ///
    /// Verification digests events so, and compaction carries them.
    static func check(_ events: [JobEvent]) {
        guard let first = events.first else { return }
        let raw = bytes(of: events)
        do throws(FormatError) {
            var reader = BlockReader(raw[...])
            let again = try reader.events(count: events.count, first: first.sequence)
            precondition(again == events, "events differ when they are written and read again")
        } catch {
            preconditionFailure("what was written cannot be read: \(error)")
        }
    }
}

extension EventsTarget.Folded {
    /// Whether it says what the event says, as far as it says something.
    fileprivate func isPart(of event: JobEvent) -> Bool {
        if case .event(let other) = self.event { return other == event }
        guard let transition = event.transition else { return false }
        let head = plain.head
        guard head.sequence == event.sequence, head.epoch == event.epoch,
            head.timestamp == event.timestamp, head.jobID == transition.jobID,
            head.version == transition.version, head.previous == transition.previous,
            head.attempt == transition.attempt
        else { return false }
        switch (plain.kind, transition.change) {
        case (.enqueued, .enqueued(let job, let runAt)):
            return job.isPlain && job.runAt == nil && job.actor == nil
                && plain.runAt == Timestamp(runAt) && isSame(job.kind, plain.job.kind)
                && isSame(job.queue, plain.job.queue)
                && isSame(job.payload.encoding, plain.job.encoding)
                && job.payload.bytes.count == plain.job.payloadSize
                && job.priority == plain.job.priority
                && job.maxAttempts == plain.job.maxAttempts
        case (.claimed, .claimed(let worker)): return isSame(worker, plain.worker)
        case (.succeeded, .succeeded(nil, _)), (.pruned, .pruned): return true
        default: return false
        }
    }

    private func isSame(_ text: String, _ other: String) -> Bool {
        text.utf8.elementsEqual(other.utf8)
    }
}
