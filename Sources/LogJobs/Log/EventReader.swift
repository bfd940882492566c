package import LazyJobs

/// Reads single events back from the segments, each by its number.
///
/// One event costs one or two reads: the header with what follows it, and the rest of its frame.
/// The last frame is kept, since the events of one job often lie close together, and so do the jobs
/// of one claim.
package struct EventReader: ~Copyable, Sendable {
    /// What is read with a header: enough for the frame of most single commits.
    private static let firstReadSize = 4096

    private struct Frame: Sendable {
        var segment: SegmentID
        var offset: UInt64
        var header: FrameHeader
        var stored: [UInt8]
        /// All its events, once a second one was asked for.
        var events: [JobEvent]?
    }

    private let folder: StoreFolder
    private let catalog: SegmentCatalog
    private var decoder: FrameDecoder
    private var dictionary: [UInt8]
    private var last: Frame?
    private var archives: ArchiveShelf

    package init(_ catalog: SegmentCatalog, in folder: StoreFolder) {
        self.folder = folder
        self.catalog = catalog
        archives = ArchiveShelf(catalog, in: folder)
        dictionary = FormatDictionary.builtIn
        decoder = FrameDecoder(dictionary: dictionary)
    }

    /// Reads one event.
    ///
    /// - Returns: The event; `nil` when it stands in no segment and no archive any more.
    package mutating func event(
        at sequence: SequenceNumber
    ) throws(LogReadError) -> JobEvent? {
        guard let location = catalog.location(of: sequence) else {
            return try archives.event(at: sequence)
        }
        let isKept = try keepFrame(at: location)
        guard var frame = last else { return nil }
        do throws(FormatError) {
            guard isKept else {
                return try decoder.event(
                    frame.header,
                    stored: frame.stored[...],
                    sequence: sequence
                )
            }
            var events = frame.events ?? []
            if events.isEmpty {
                events = try decoder.events(frame.header, stored: frame.stored[...])
                frame.events = events
                last = frame
            }
            let index = sequence.rawValue - frame.header.firstSequence.rawValue
            guard index < UInt64(events.count) else {
                throw .damaged("event \(sequence) is not in the frame")
            }
            return events[Int(index)]
        } catch {
            throw Self.damaged(location, "\(error)")
        }
    }

    /// Reads the payload that an event brought.
    ///
    /// - Returns: The payload; `nil` when it was lost before, and compaction has said so.
    package mutating func payload(
        at sequence: SequenceNumber
    ) throws(LogReadError) -> JobPayload? {
        try event(at: sequence).flatMap { Self.payload(of: $0) }
    }

    /// The payload that an event of the last frame brought, if that is decoded already: nothing is
    /// read, nor inflated.
    package func keptPayload(at sequence: SequenceNumber) -> JobPayload? {
        guard let last, let events = last.events,
            let location = catalog.location(of: sequence),
            location.header.segment == last.segment, location.offset == last.offset
        else { return nil }
        let index = sequence.rawValue - last.header.firstSequence.rawValue
        return index < UInt64(events.count) ? Self.payload(of: events[Int(index)]) : nil
    }

    private static func payload(of event: JobEvent) -> JobPayload? {
        switch event.transition?.change {
        case .enqueued(let job, _): job.payload
        case .carried(let carried): carried.payloadLost ? nil : carried.job.payload
        default: nil
        }
    }

    /// Reads the events of one job, from its newest back to its first.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - newest: Its newest transition; `nil` for a job that neither the ledger nor the segments
    ///     know, which an archive may.
    /// - Returns: The events, the oldest first. Those that were dropped are not among them.
    /// - Throws: When a frame cannot be read, or the chain of the job's events is broken.
    package mutating func history(
        of id: JobID,
        newest: SequenceNumber?
    ) throws(LogReadError) -> [JobEvent] {
        var events: [JobEvent] = []
        var next = newest
        if next == nil { next = try archives.lastEvent(ofPruned: id) }
        while let sequence = next {
            guard let event = try event(at: sequence) else { break }
            guard let transition = event.transition, transition.jobID == id,
                isFollowed(transition, by: events.last?.transition)
            else {
                let reason = "event \(sequence) is not the one that job \(id) had there"
                guard let location = catalog.location(of: sequence) else { break }
                throw Self.damaged(location, reason)
            }
            events.append(event)
            next = transition.previous
        }
        return events.reversed()
    }

    /// Versions go down by one on the way back, so a broken chain ends with an error, and never in
    /// a circle.
    private func isFollowed(_ transition: JobTransition, by later: JobTransition?) -> Bool {
        guard let later else { return true }
        return later.version > 0 && transition.version == later.version - 1
    }

    /// Reads a frame, unless it is the last one.
    ///
    /// - Returns: Whether it is.
    private mutating func keepFrame(
        at location: SegmentCatalog.Location
    ) throws(LogReadError) -> Bool {
        let segment = location.header.segment
        if let last, last.segment == segment, last.offset == location.offset { return true }
        if location.header.dictionary != dictionary {
            dictionary = location.header.dictionary
            decoder = FrameDecoder(dictionary: dictionary)
        }
        last = try readFrame(at: location)
        return false
    }

    private mutating func readFrame(
        at location: SegmentCatalog.Location
    ) throws(LogReadError) -> Frame {
        let handle = try open(location.header.segment)
        defer { folder.fileSystem.close(handle) }
        var bytes = try read(handle, at: location.offset, count: Self.firstReadSize)
        let header = try Self.header(bytes, at: location)
        let size = FrameHeader.size + header.storedLength
        if bytes.count < size {
            let start = location.offset + UInt64(bytes.count)
            bytes += try read(handle, at: start, count: size - bytes.count)
        }
        guard bytes.count >= size else {
            throw Self.damaged(location, "the file ends within the frame")
        }
        let stored = Array(bytes[FrameHeader.size..<size])
        try check(header, stored, at: location)
        return Frame(
            segment: location.header.segment,
            offset: location.offset,
            header: header,
            stored: stored
        )
    }

    private func open(_ segment: SegmentID) throws(LogReadError) -> FileHandle {
        do throws(SystemCallError) {
            return try folder.fileSystem.open(folder.path(of: segment), .read)
        } catch {
            throw .inputOutput(error)
        }
    }

    private func read(
        _ handle: FileHandle,
        at offset: UInt64,
        count: Int
    ) throws(LogReadError) -> [UInt8] {
        do throws(SystemCallError) {
            return try folder.fileSystem.read(handle, at: offset, count: count)
        } catch {
            throw .inputOutput(error)
        }
    }

    private static func header(
        _ bytes: [UInt8],
        at location: SegmentCatalog.Location
    ) throws(LogReadError) -> FrameHeader {
        do throws(FormatError) {
            return try FrameHeader(
                decoding: bytes[...],
                salt: location.header.salt,
                offset: location.offset
            )
        } catch {
            throw damaged(location, "\(error)")
        }
    }

    private mutating func check(
        _ header: FrameHeader,
        _ stored: [UInt8],
        at location: SegmentCatalog.Location
    ) throws(LogReadError) {
        do throws(FormatError) {
            try decoder.check(header, stored: stored[...])
        } catch {
            throw Self.damaged(location, "\(error)")
        }
    }

    private static func damaged(
        _ location: SegmentCatalog.Location,
        _ reason: String
    ) -> LogReadError {
        .damaged(
            file: location.header.segment.fileName,
            offset: location.offset,
            reason: reason
        )
    }
}
