package import LazyJobs

/// A segment file as it comes into being: header and first frames, whole before anything counts it.
///
/// Crash story:
/// 1. Header, baseline and the frames that are logged again are written into a prepared file, and
///    synced.
/// 2. The file is renamed to the segment's name and the folder is synced. Until the manifest names
///    it, it is a leftover: the next open removes it.
/// 3. The manifest names it, durably. Only now is a frame written behind the first ones.
package struct SegmentFile: Sendable {
    package let handle: FileHandle
    package let header: SegmentHeader
    package private(set) var place: SegmentPlace
    /// The frames with events that it began with.
    package private(set) var loggedAgain: [PlacedFrame] = []

    /// Writes the beginning of a segment, syncs it, and gives the file its name.
    ///
    /// - Parameters:
    ///   - prepared: The file of zeros.
    ///   - header: The first bytes.
    ///   - baseline: The state before the segment's first event.
    ///   - frames: What is logged again, in order.
    ///   - folder: Where the file is.
    /// - Returns: The open segment; its name is durable.
    /// - Throws: What a call of the file system throws; the file is closed then.
    package static func begin(
        in prepared: SegmentPreparer.Prepared,
        header: SegmentHeader,
        baseline: FramePayload,
        frames: [LoggedFrame] = [],
        folder: StoreFolder
    ) throws(SystemCallError) -> SegmentFile {
        let fileSystem = folder.fileSystem
        let handle = try fileSystem.open(folder.path(of: prepared.name), .readWrite)
        do throws(SystemCallError) {
            var file = SegmentFile(
                handle: handle,
                header: header,
                place: SegmentPlace(header: header, size: prepared.size)
            )
            try fileSystem.write(handle, file.firstBytes(baseline, frames), at: 0)
            try fileSystem.sync(handle)
            try fileSystem.rename(
                folder.path(of: prepared.name),
                to: folder.path(of: header.segment)
            )
            try folder.sync()
            return file
        } catch {
            fileSystem.close(handle)
            throw error
        }
    }

    /// How large a file must be for a beginning and what is to follow it.
    package static func size(
        baseline: FramePayload,
        frames: [LoggedFrame] = [],
        payloadBytes: Int,
        alignment: Int
    ) -> UInt64 {
        let payloads = [baseline.bytes.count, payloadBytes] + frames.map(\.payload.bytes.count)
        // A watermark and a seal come along.
        let sizes = (payloads + [0, 0]).map { count in
            SegmentPlace.aligned(FrameHeader.size + count, to: alignment)
        }
        return UInt64(SegmentHeader.size + sizes.reduce(2 * alignment, +))
    }

    private mutating func firstBytes(
        _ baseline: FramePayload,
        _ frames: [LoggedFrame]
    ) -> [UInt8] {
        // Before the first event of this segment all is durable: it was proven, or synced.
        let first = place.append(
            .baseline,
            baseline,
            firstSequence: header.firstSequence,
            durable: header.firstSequence,
            seconds: header.createdAt.wholeSeconds
        )
        var bytes = header.encoded() + first.bytes
        for frame in frames {
            let placed = place.append(
                .batch,
                frame.payload,
                firstSequence: frame.firstSequence,
                durable: header.firstSequence,
                seconds: frame.seconds
            )
            loggedAgain.append(placed)
            bytes += placed.bytes
        }
        return bytes
    }
}

/// A frame as it was read, without its place: to be logged again.
package struct LoggedFrame: Hashable, Sendable {
    package var payload: FramePayload
    package var firstSequence: SequenceNumber
    package var seconds: UInt32

    package init(payload: FramePayload, firstSequence: SequenceNumber, seconds: UInt32) {
        self.payload = payload
        self.firstSequence = firstSequence
        self.seconds = seconds
    }
}
