import LazyJobs
import LogJobs

/// A segment, see ``SegmentBytes``.
enum SegmentTarget {
    static func run(_ bytes: [UInt8]) {
        let (file, header) = SegmentBytes.file(bytes)
        guard let header else { return }
        check(header)
        // The file must have the name that the header says: recovery looks at that before.
        let folder = FileShelf([header.segment.fileName: file]).folder
        do throws(LogStoreError) {
            let frames = try scanned(header, in: folder)
            try checkSalvage(header, frames, in: folder)
        } catch {}
    }

    private static func check(_ header: SegmentHeader) {
        do throws(FormatError) {
            let again = try SegmentHeader(decoding: header.encoded())
            precondition(again == header, "a header differs when it is written and read again")
        } catch {
            preconditionFailure("a header that was written cannot be read: \(error)")
        }
    }

    private typealias Frame = (offset: UInt64, end: UInt64, events: [JobEvent]?)

    /// The frames in order, and their events if those can be decoded.
    private static func scanned(
        _ header: SegmentHeader,
        in folder: StoreFolder
    ) throws(LogStoreError) -> [Frame] {
        var scanner = try SegmentScanner(header.segment, in: folder)
        defer { scanner.close() }
        var frames: [Frame] = []
        do throws(LogStoreError) {
            while case .frame(let frame) = try scanner.scan() {
                frames.append((frame.offset, frame.end, decoded(frame, &scanner)))
                precondition(scanner.offset == frame.end, "the scan stands elsewhere")
            }
            _ = try scanner.durableBehindEnd()
        } catch {}
        return frames
    }

    private static func decoded(
        _ frame: SegmentScanner.Frame,
        _ scanner: inout SegmentScanner
    ) -> [JobEvent]? {
        do throws(LogStoreError) {
            if frame.header.kind == .baseline {
                BaselineCheck.check(try scanner.baseline(of: frame))
            }
            guard frame.header.kind == .batch else { return [] }
            let events = try scanner.events(of: frame)
            precondition(events.count == frame.header.eventCount, "events are missing")
            return events
        } catch {
            return nil
        }
    }

    /// What a scan accepts, a repair finds.
    private static func checkSalvage(
        _ header: SegmentHeader,
        _ frames: [Frame],
        in folder: StoreFolder
    ) throws(LogStoreError) {
        var salvage = try SegmentSalvage(header, upTo: nil, in: folder)
        defer { salvage.close() }
        var expected = frames[...]
        while let finding = try salvage.next() {
            guard let frame = expected.popFirst() else { continue }
            switch finding {
            case .frame(let found):
                precondition(found.offset == frame.offset, "a repair finds another frame")
                precondition(found.end == frame.end, "a repair finds another end")
                if found.header.kind == .batch {
                    precondition(found.events == frame.events, "a repair finds other events")
                }
            case .damage(let range, _):
                precondition(range == frame.offset..<frame.end, "a repair finds other damage")
            }
        }
        precondition(expected.isEmpty, "a repair misses a frame")
    }
}
