package import LazyJobs

/// The archives that are read from: their directories, as far as they were needed lately.
package struct ArchiveShelf: ~Copyable, Sendable {
    /// More than a history of a few jobs touches; a directory has some ten kilobytes.
    private static let countMax = 16

    private let catalog: SegmentCatalog
    private let folder: StoreFolder
    private var decoder = ArchiveDecoder()
    /// The one that was used last stands last.
    private var open: [ArchiveFile] = []

    package init(_ catalog: SegmentCatalog, in folder: StoreFolder) {
        self.catalog = catalog
        self.folder = folder
    }

    /// Reads one event.
    ///
    /// - Returns: The event; `nil` when no archive has it.
    package mutating func event(
        at sequence: SequenceNumber
    ) throws(LogReadError) -> JobEvent? {
        guard let entry = catalog.archive(of: sequence) else { return nil }
        return try file(entry)?.event(at: sequence, &decoder)
    }

    /// The last event of a job that was pruned, if that is in an archive.
    ///
    /// - Complexity: two reads for each archive that has jobs with smaller and with greater ids,
    ///   the newest first.
    package mutating func lastEvent(
        ofPruned id: JobID
    ) throws(LogReadError) -> SequenceNumber? {
        for entry in catalog.history.archives.reversed() {
            if let found = try file(entry)?.lastEvent(ofPruned: id, &decoder) { return found }
        }
        return nil
    }

    /// The archive, opened; `nil` when it was dropped meanwhile.
    private mutating func file(_ entry: ArchiveEntry) throws(LogReadError) -> ArchiveFile? {
        if let index = open.firstIndex(where: { $0.entry == entry }) {
            let file = open.remove(at: index)
            open.append(file)
            return file
        }
        guard let store = catalog.headers.first?.store else { return nil }
        do throws(LogReadError) {
            let file = try ArchiveFile(entry, of: store, in: folder, &decoder)
            if open.count == Self.countMax { open.removeFirst() }
            open.append(file)
            return file
        } catch {
            let isStillThere = catalog.history.archives.contains(entry)
            if case .inputOutput(let call) = error, call.isNotFound, !isStillThere { return nil }
            throw error
        }
    }
}
