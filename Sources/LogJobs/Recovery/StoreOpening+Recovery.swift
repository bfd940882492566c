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

    /// Removes segments that no manifest has ever named, and those that were retired.
    ///
    /// - Returns: The next segment id, behind all that were ever used.
    func removeLeftovers(_ manifest: Manifest) throws(LogStoreError) -> SegmentID {
        let named = Set(manifest.segments.map(\.id))
        let names = try LogStoreError.from({ .opening(folder.path, $0) }) {
            () throws(SystemCallError) in
            try folder.fileSystem.names(inFolder: folder.path)
        }
        let leftovers = names.compactMap { SegmentID(fileName: $0) }.filter { id in
            id >= manifest.nextSegment && !named.contains(id)
        }
        for id in leftovers { try expectNeverActive(id) }
        let retired = retiredSegments(manifest, names)
        let removed =
            (leftovers + retired).map(\.fileName)
            + names.filter(StoreFolder.temporaryNames.contains)
            + derivedLeftovers(manifest, names)
        for name in removed {
            try LogStoreError.from({ .opening(folder.path, $0) }) { () throws(SystemCallError) in
                try folder.fileSystem.remove(folder.path(of: name))
            }
        }
        return max(manifest.nextSegment, leftovers.max()?.next ?? manifest.nextSegment)
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

    private func expectNeverActive(_ id: SegmentID) throws(LogStoreError) {
        guard try LeftoverSegment(id, in: folder).wasActive else { return }
        throw .oldManifest(in: folder, beside: id)
    }
}
