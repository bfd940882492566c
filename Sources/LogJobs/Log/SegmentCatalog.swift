package import LazyJobs
import Synchronization

/// Where each frame of the log begins, and what archives there are: what finds an event by its
/// number.
///
/// Shared by the writer, which adds frames once they are written, and by all who read. Takes eight
/// bytes a frame.
package final class SegmentCatalog: Sendable {
    /// The frames of one segment.
    package struct Segment: Sendable {
        package let header: SegmentHeader
        /// How large the file was when it was recovered: with the zeros that were prepared, if its
        /// process died.
        package let recoveredSize: UInt64?
        /// The frames with events, in order.
        package private(set) var places: [FramePlace] = []

        package init(
            header: SegmentHeader,
            recoveredSize: UInt64? = nil,
            places: [FramePlace] = []
        ) {
            self.header = header
            self.recoveredSize = recoveredSize
            self.places = places
        }

        /// Adds a frame with events behind the others.
        package mutating func add(firstSequence: SequenceNumber, offset: UInt64) {
            let start = firstSequence.rawValue - header.firstSequence.rawValue
            places.append(
                FramePlace(
                    start: UInt32(truncatingIfNeeded: start),
                    offset: UInt32(truncatingIfNeeded: offset)
                )
            )
        }

        /// The frame that has an event, if it is in this segment.
        fileprivate func offset(of sequence: SequenceNumber) -> UInt64? {
            guard sequence >= header.firstSequence else { return nil }
            let start = sequence.rawValue - header.firstSequence.rawValue
            // The last frame that begins at it or before.
            var low = 0
            var high = places.count
            while low < high {
                let middle = (low + high) / 2
                if UInt64(places[middle].start) <= start { low = middle + 1 } else { high = middle }
            }
            return low == 0 ? nil : UInt64(places[low - 1].offset)
        }
    }

    /// The place of a frame.
    package struct Location: Sendable {
        package var header: SegmentHeader
        package var offset: UInt64
    }

    private let segments: Mutex<[Segment]>
    private let retired: Mutex<ManifestHistory>
    private let named: Mutex<[CheckpointEntry]>
    private let lastEnd = Mutex(UInt64(SegmentHeader.size))
    private let writtenBytes = Mutex(UInt64(0))

    package init(_ segments: [Segment], _ manifest: Manifest) {
        self.segments = Mutex(segments)
        retired = Mutex(manifest.history)
        named = Mutex(manifest.checkpoints)
    }

    /// What is known of retired segments.
    package var history: ManifestHistory { retired.withLock { $0 } }

    /// The checkpoints, the oldest first.
    package var checkpoints: [CheckpointEntry] { named.withLock { $0 } }

    /// Takes over what a new manifest says of history and checkpoints.
    package func take(_ manifest: Manifest) {
        retired.withLock { $0 = manifest.history }
        named.withLock { $0 = manifest.checkpoints }
    }

    /// The archive that has an event.
    package func archive(of sequence: SequenceNumber) -> ArchiveEntry? {
        retired.withLock { history in
            history.archives.last { $0.firstSequence <= sequence && sequence <= $0.lastSequence }
        }
    }

    /// Adds a segment behind the others.
    package func add(_ segment: Segment) {
        lastEnd.withLock { $0 = UInt64(SegmentHeader.size) }
        segments.withLock { $0.append(segment) }
    }

    /// Removes the oldest segments, up to one.
    package func remove(through id: SegmentID) {
        segments.withLock { $0.removeAll { $0.header.segment <= id } }
    }

    /// All segments but the last, the oldest first.
    package var sealed: [Segment] { segments.withLock { Array($0.dropLast()) } }

    /// The headers of all segments, the oldest first.
    package var headers: [SegmentHeader] { segments.withLock { $0.map(\.header) } }

    /// The headers of all segments with the sizes their files had, the oldest first.
    package var recoveredSizes: [(header: SegmentHeader, size: UInt64?)] {
        segments.withLock { $0.map { ($0.header, $0.recoveredSize) } }
    }

    /// How many bytes of frames were written since the store was opened.
    package var writtenByteCount: UInt64 { writtenBytes.withLock { $0 } }

    /// Where the frames of the last segment end.
    package var activeEnd: UInt64 { lastEnd.withLock { $0 } }

    /// Adds a frame to the last segment.
    package func add(_ frame: PlacedFrame) {
        lastEnd.withLock { $0 = frame.offset + UInt64(frame.bytes.count) }
        writtenBytes.withLock { $0 += UInt64(frame.bytes.count) }
        guard frame.eventCount > 0 else { return }
        segments.withLock { segments in
            segments[segments.count - 1].add(
                firstSequence: frame.firstSequence,
                offset: frame.offset
            )
        }
    }

    /// The frame that has an event; `nil` when it is before the first or behind the last segment.
    ///
    /// Events that were logged again are found in the later segment, which is the one that counts.
    ///
    /// - Complexity: O(log n) in the number of segments, and of frames in one.
    package func location(of sequence: SequenceNumber) -> Location? {
        segments.withLock { segments in
            var low = 0
            var high = segments.count
            while low < high {
                let middle = (low + high) / 2
                if segments[middle].header.firstSequence <= sequence {
                    low = middle + 1
                } else {
                    high = middle
                }
            }
            guard low > 0, let offset = segments[low - 1].offset(of: sequence) else { return nil }
            return Location(header: segments[low - 1].header, offset: offset)
        }
    }
}
