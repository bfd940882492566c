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
            let events = try reader.events(count: count, first: first)
            check(events)
            guard let last = events.indices.last else { return }
            reader = BlockReader(raw)
            let some = try reader.events(count: count, first: first, through: last / 2)
            precondition(some == Array(events[...(last / 2)]), "a part of a block reads otherwise")
        } catch {}
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
