import JobLedger
import LazyJobs

extension StoreOpening {
    func recover(_ lock: StoreLock) throws(LogStoreError) -> RecoveredLog {
        let manifest = try writableManifest()
        describe(lock)
        return try LogRecovery.run(manifest, in: folder, for: .writing)
    }

    /// Reads the manifest, and the beginnings of what it names: enough to refuse a store that is
    /// newer or not whole before anything is made in its folder.
    func writableManifest() throws(LogStoreError) -> Manifest {
        let manifest = try LogRecovery.manifest(in: folder)
        let headers = try LogRecovery.headers(of: manifest, in: folder)
        let features = [manifest.features] + headers.map(\.features)
        guard features.allSatisfy(\.allowWriting) else {
            throw LogStoreError(
                .tooNew,
                "Could not open \(folder.path) for writing: a newer version of this library wrote "
                    + "it, and allows this one to read it only. Open it read-only, or use that "
                    + "version."
            )
        }
        return manifest
    }

    func newLog(_ lock: StoreLock) throws(LogStoreError) -> RecoveredLog {
        // Somebody may have been faster between the look and the lock.
        if case .store = try FolderInspection(folder) { return try recover(lock) }
        describe(lock)
        let random = environment.random
        let manifest = Manifest(
            store: StoreID.random(random),
            generation: 0,
            epoch: 0,
            nextSegment: SegmentID(rawValue: 1),
            jobIDEnd: JobID(rawValue: 1),
            durable: SequenceNumber(rawValue: 1),
            isClosed: false,
            segments: []
        )
        return try LogRecovery.run(manifest, in: folder, for: .writing)
    }

    /// What the manifest does not name, and what follows from it.
    struct Leftovers {
        /// Behind all segments that there ever were.
        var nextSegment: SegmentID
        /// Segments, archives and checkpoints that older manifests may have named.
        var retired: [String]
    }

    /// Removes what no manifest has ever named, and finds what none names any longer.
    func removeLeftovers(_ manifest: Manifest) throws(LogStoreError) -> Leftovers {
        let named = Set(manifest.segments.map(\.id))
        let names = try LogStoreError.from({ .opening(folder.path, $0) }) {
            () throws(SystemCallError) in
            try folder.fileSystem.names(inFolder: folder.path)
        }
        let leftovers = names.compactMap { SegmentID(fileName: $0) }.filter { id in
            id >= manifest.nextSegment && !named.contains(id)
        }
        for id in leftovers { try expectLeftover(id) }
        let temporary = names.filter(StoreFolder.temporaryNames.contains)
        for name in leftovers.map(\.fileName) + temporary {
            try LogStoreError.from({ .opening(folder.path, $0) }) { () throws(SystemCallError) in
                try folder.fileSystem.remove(folder.path(of: name))
            }
        }
        return Leftovers(
            nextSegment: max(manifest.nextSegment, leftovers.max()?.next ?? manifest.nextSegment),
            retired: retiredSegments(manifest, names).map(\.fileName)
                + derivedLeftovers(manifest, names)
        )
    }

    /// Removes what older manifests may have named, once a newer one is durable.
    func removeRetired(_ leftovers: Leftovers) {
        for name in leftovers.retired {
            do throws(SystemCallError) {
                try folder.fileSystem.remove(folder.path(of: name))
            } catch {
                // The next opening tries it again.
            }
        }
    }

    /// Files older than all that the manifest names, when it says that there were such segments.
    private func retiredSegments(_ manifest: Manifest, _ names: [String]) -> [SegmentID] {
        guard manifest.carriedThrough > .zero, let first = manifest.segments.first?.id else {
            return []
        }
        return names.compactMap { SegmentID(fileName: $0) }.filter { $0 < first }
    }

    /// Archives and checkpoints that the manifest does not name.
    private func derivedLeftovers(_ manifest: Manifest, _ names: [String]) -> [String] {
        let named = manifest.history.archives.map(\.fileName) + manifest.checkpoints.map(\.fileName)
        return names.filter { StoreFolder.isDerived($0) && !named.contains($0) }
    }

    private func expectLeftover(_ id: SegmentID) throws(LogStoreError) {
        let segment = try LeftoverSegment(id, in: folder)
        if let error = segment.oldManifest(in: folder) { throw error }
    }
}
