package import LazyJobs

/// A change of the manifest that others than the writer have prepared.
package struct ManifestEdit: Sendable {
    /// Every event up to this one must be durable before.
    package var after: SequenceNumber
    package var change: Change

    package enum Change: Sendable {
        /// The oldest segments are not needed any more.
        case retire(Retirement)
        /// The oldest archives are not to be kept any longer.
        case drop(throughSegment: SegmentID)
        /// A checkpoint was written.
        case checkpoint(CheckpointEntry)
    }

    /// The oldest segments, all of whose jobs are gone or were carried.
    package struct Retirement: Sendable {
        /// The newest of them.
        package var segment: SegmentID
        /// The first event of the segment behind it.
        package var next: SequenceNumber
        /// The last event that was applied when the last job of them was judged.
        package var carriedThrough: SequenceNumber
        package var history: History
        /// Those that are not removed, since something in them could not be read.
        package var damagedFiles: Set<String>

        package enum History: Sendable {
            /// It stands in an archive.
            case archived(ArchiveEntry)
            /// It is not to be kept; this is the chain's link of the newest segment.
            case dropped(link: Digest)
        }

        package init(
            segment: SegmentID,
            next: SequenceNumber,
            carriedThrough: SequenceNumber,
            history: History,
            damagedFiles: Set<String> = []
        ) {
            self.segment = segment
            self.next = next
            self.carriedThrough = carriedThrough
            self.history = history
            self.damagedFiles = damagedFiles
        }
    }

    package init(after: SequenceNumber, _ change: Change) {
        self.after = after
        self.change = change
    }

    package static func retire(_ retirement: Retirement) -> ManifestEdit {
        ManifestEdit(after: retirement.carriedThrough, .retire(retirement))
    }

    package static func checkpoint(_ entry: CheckpointEntry) -> ManifestEdit {
        ManifestEdit(after: entry.sequence, .checkpoint(entry))
    }

    package static func drop(throughSegment id: SegmentID) -> ManifestEdit {
        ManifestEdit(after: .zero, .drop(throughSegment: id))
    }
}

// MARK: - Carrying it out

extension Manifest {
    /// Ends the last segment.
    package mutating func seal(validEnd: UInt64, lastSequence: SequenceNumber) {
        segments[segments.count - 1].validEnd = validEnd
        segments[segments.count - 1].lastSequence = lastSequence
        segments[segments.count - 1].isSealed = true
    }

    /// Names another segment, the active one from now on.
    package mutating func add(_ header: SegmentHeader) {
        segments.append(
            SegmentEntry(
                id: header.segment,
                firstSequence: header.firstSequence,
                lastSequence: SequenceNumber(rawValue: header.firstSequence.rawValue - 1),
                validEnd: 0,
                isSealed: false
            )
        )
        nextSegment = header.segment.next
        durable = max(durable, header.firstSequence)
    }

    /// Makes a change.
    ///
    /// - Returns: The files that count no longer.
    package mutating func apply(_ change: ManifestEdit.Change) -> [String] {
        switch change {
        case .retire(let retirement): return retire(retirement)
        case .drop(let id): return drop(throughSegment: id)
        case .checkpoint(let entry):
            checkpoints.removeAll { $0.sequence >= entry.sequence }
            checkpoints.append(entry)
            let gone = checkpoints.dropLast(Self.checkpointCount)
            checkpoints.removeFirst(gone.count)
            return gone.map(\.fileName)
        }
    }

    private mutating func retire(_ retirement: ManifestEdit.Retirement) -> [String] {
        let gone = segments.prefix { $0.id <= retirement.segment }
        precondition(gone.count < segments.count, "The active segment cannot be retired")
        segments.removeFirst(gone.count)
        carriedThrough = max(carriedThrough, retirement.carriedThrough)
        var files = gone.map(\.id.fileName)
        switch retirement.history {
        case .archived(let entry): history.archives.append(entry)
        case .dropped(let link):
            files += history.archives.map(\.fileName)
            history.archives = []
            history.dropped = ManifestHistory.Dropped(
                lastSegment: retirement.segment,
                lastSequence: SequenceNumber(rawValue: retirement.next.rawValue - 1),
                carriedThrough: retirement.carriedThrough,
                link: link
            )
        }
        return files
    }

    private mutating func drop(throughSegment id: SegmentID) -> [String] {
        let gone = history.archives.prefix { $0.lastSegment <= id }
        guard let last = gone.last else { return [] }
        history.archives.removeFirst(gone.count)
        history.dropped = ManifestHistory.Dropped(
            lastSegment: last.lastSegment,
            lastSequence: last.lastSequence,
            carriedThrough: last.carriedThrough,
            link: last.link
        )
        return gone.map(\.fileName)
    }

    /// How many checkpoints are kept: the newest may turn out to be damaged.
    private static let checkpointCount = 2
}
