import LazyJobs

/// A segment in which frames may be found.
struct FoundSegment {
    var header: SegmentHeader
    /// Where its frames end; `nil` when nothing tells: then it is read to the end of the file.
    var validEnd: UInt64?
    /// Whether nothing but what verifies frames could be read of its header.
    var isHeaderDamaged = false

    var id: SegmentID { header.segment }
}

/// Which files of a damaged store are segments that count.
///
/// The manifest tells, if it can be read; if not, every segment of the store counts. A segment that
/// it does not name counts too if it was active once: then the manifest is an old one.
struct SegmentSearch {
    /// In order.
    private(set) var segments: [FoundSegment] = []
    private(set) var damages: [RepairReport.Damage] = []
    /// Whether there is a file before all of them, of which nothing could be read.
    private(set) var lacksOldest = false
    private(set) var isManifestOld = false
    /// The unfinished end of a store that was not closed.
    private(set) var tornTail: RecoveryReport.TornTail?

    private let folder: StoreFolder
    private let manifest: Manifest?

    init(_ manifest: Manifest?, in folder: StoreFolder) throws(LogStoreError) {
        self.folder = folder
        self.manifest = manifest
        let names = try LogStoreError.from({ .inspecting(folder.path, $0) }) {
            () throws(SystemCallError) in try folder.fileSystem.names(inFolder: folder.path)
        }
        let ids = names.compactMap { SegmentID(fileName: $0) }.filter(mayCount).sorted()
        for id in ids {
            if let segment = try read(id) { segments.append(segment) }
        }
        dropStrangers()
        noteMissing(Set(ids))
        try findEnds()
        if let first = segments.first, let oldest = ids.first { lacksOldest = oldest < first.id }
    }

    private func mayCount(_ id: SegmentID) -> Bool {
        guard let manifest else { return true }
        return id >= manifest.nextSegment || manifest.entry(id) != nil
    }

    private mutating func note(_ id: SegmentID, _ bytes: Range<UInt64>?, _ reason: String) {
        damages.append(.init(file: id.fileName, bytes: bytes, reason: reason))
    }
}

// MARK: - Headers

extension SegmentSearch {
    private mutating func read(_ id: SegmentID) throws(LogStoreError) -> FoundSegment? {
        let bytes = try beginning(of: id)
        let segment: FoundSegment
        do throws(FormatError) {
            segment = FoundSegment(header: try SegmentHeader(decoding: bytes))
        } catch {
            if case .tooNew = error { throw .header(error, file: id.fileName) }
            note(id, 0..<UInt64(max(1, bytes.count)), "\(error)")
            return try salvage(id, bytes)
        }
        guard segment.id == id else {
            note(id, nil, "it is \(segment.id.fileName) under another name")
            return nil
        }
        return try counts(segment) ? segment : nil
    }

    private func beginning(of id: SegmentID) throws(LogStoreError) -> [UInt8] {
        let window = try FileWindow(id.fileName, in: folder)
        defer { window.close() }
        return try window.bytesUncached(at: 0, count: SegmentHeader.size)
    }

    /// Uses a segment whose header is damaged, if frames verify with what is left of it.
    private func salvage(_ id: SegmentID, _ bytes: [UInt8]) throws(LogStoreError) -> FoundSegment? {
        guard var header = SegmentHeader.salvaged(bytes, of: id) else { return nil }
        guard let frame = try firstFrame(header, where: { _ in true }) else { return nil }
        header.firstSequence = frame.header.firstSequence
        return FoundSegment(header: header, isHeaderDamaged: true)
    }

    /// Whether a segment belongs to the log.
    ///
    /// An opening that was cut short leaves one that does not; what it holds is of older epochs.
    private mutating func counts(_ segment: FoundSegment) throws(LogStoreError) -> Bool {
        guard let manifest, manifest.entry(segment.id) == nil else { return true }
        let epoch = segment.header.epoch
        let own = try firstFrame(segment.header) { $0.events.contains { $0.epoch >= epoch } }
        guard own != nil else { return false }
        isManifestOld = true
        return true
    }

    private func firstFrame(
        _ header: SegmentHeader,
        where fits: (SegmentSalvage.Frame) -> Bool
    ) throws(LogStoreError) -> SegmentSalvage.Frame? {
        var salvage = try SegmentSalvage(header, upTo: nil, in: folder)
        defer { salvage.close() }
        while let finding = try salvage.next() {
            if case .frame(let frame) = finding, fits(frame) { return frame }
        }
        return nil
    }
}

// MARK: - What they say of each other

extension SegmentSearch {
    /// Leaves out segments of another store: without a manifest, of all but the one that most are.
    private mutating func dropStrangers() {
        let stores = segments.filter { !$0.isHeaderDamaged }.map(\.header.store)
        let counts = Dictionary(stores.map { ($0, 1) }, uniquingKeysWith: +)
        let most = stores.last { counts[$0] == counts.values.max() }
        guard let store = manifest?.store ?? most else { return }
        for segment in segments where !segment.isHeaderDamaged && segment.header.store != store {
            note(segment.id, nil, "it belongs to another store")
        }
        segments.removeAll { !$0.isHeaderDamaged && $0.header.store != store }
    }

    private mutating func noteMissing(_ present: Set<SegmentID>) {
        if let manifest {
            for entry in manifest.segments where !present.contains(entry.id) {
                note(entry.id, nil, "there is no such file")
            }
            return
        }
        for id in segments.compactMap(\.header.predecessor?.segment) where !present.contains(id) {
            note(id, nil, "there is no such file; only the manifest would tell if it was retired")
        }
    }

    /// The manifest says where the frames of a segment end, and so does the segment after it.
    private mutating func findEnds() throws(LogStoreError) {
        for index in segments.indices {
            let id = segments[index].id
            if let end = manifest?.entry(id)?.validEnd, end > 0 {
                segments[index].validEnd = end
            } else if index + 1 < segments.count,
                let predecessor = segments[index + 1].header.predecessor,
                predecessor.segment == id
            {
                segments[index].validEnd = predecessor.validEnd
            } else {
                segments[index].validEnd = try tornEnd(of: segments[index].header)
            }
        }
    }

    /// Where a log ends that was not closed.
    ///
    /// That is before the first damage behind which nothing had been acknowledged, as when it is
    /// opened.
    private mutating func tornEnd(of header: SegmentHeader) throws(LogStoreError) -> UInt64? {
        var salvage = try SegmentSalvage(header, upTo: nil, in: folder)
        defer { salvage.close() }
        var durable = manifest?.durable ?? .zero
        var next = header.firstSequence
        var holes: [(offset: UInt64, next: SequenceNumber, reason: String)] = []
        while let finding = try salvage.next() {
            switch finding {
            case .frame(let frame):
                durable = max(durable, frame.header.durable)
                next = frame.header.nextSequence
            case .damage(let bytes, let reason): holes.append((bytes.lowerBound, next, reason))
            }
        }
        guard let hole = holes.first(where: { $0.next >= durable }) else { return nil }
        tornTail = RecoveryReport.TornTail(
            segment: header.segment.fileName,
            offset: hole.offset,
            reason: hole.reason
        )
        return hole.offset
    }
}

extension Manifest {
    fileprivate func entry(_ id: SegmentID) -> SegmentEntry? { segments.first { $0.id == id } }
}
