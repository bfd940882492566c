package import LazyJobs

/// The chain of digests over the history, segment by segment; see LogFormat, *The chain of
/// digests*.
package struct HistoryChain: Sendable {
    /// The link of the last segment that has ended, or the one before the first.
    package private(set) var link: Digest
    private var events = SHA256()
    private var block = BlockWriter()

    /// Goes on behind a link.
    package init(after link: Digest) {
        self.link = link
    }

    /// Begins with the first segment of a store.
    package init(of store: StoreID) {
        var writer = ByteWriter()
        store.write(to: &writer)
        var sha = SHA256()
        sha.add(writer.bytes)
        self.init(after: sha.digest())
    }

    /// Takes the next event in.
    package mutating func add(_ event: JobEvent) {
        if event.transition?.kind == .carried { return }
        block.begin(epoch: event.epoch, time: event.timestamp)
        block.append(event)
        var place = ByteWriter(capacity: 12)
        place.append(fixed: event.sequence.rawValue)
        place.append(fixed: UInt32(block.count))
        events.add(place.bytes)
        events.add(block.writer.bytes)
    }

    /// Ends a segment.
    ///
    /// - Returns: Its link.
    @discardableResult
    package mutating func end(_ segment: SegmentID, lastSequence: SequenceNumber) -> Digest {
        var sha = SHA256()
        sha.add(link.bytes)
        var place = ByteWriter(capacity: 16)
        place.append(fixed: segment.rawValue)
        place.append(fixed: lastSequence.rawValue)
        sha.add(place.bytes)
        sha.add(events.digest().bytes)
        events = SHA256()
        link = sha.digest()
        return link
    }
}
