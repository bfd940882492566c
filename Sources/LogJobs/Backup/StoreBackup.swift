import LazyJobs

/// Copies a store into a new folder, whether it is being written to or not.
///
/// Takes no lock of the store and needs nothing of its writer: what a manifest names as ended never
/// changes any more, and of the active segment what verifies is a beginning that stays. A file that
/// was ended may still be cut behind its valid end, which is no part of it, and all else that a
/// writer does is to remove names. So a hard link is as good as a copy. The active segment is
/// copied.
///
/// Crash story:
/// 1. The lock of the new folder is taken, and the files are linked and copied into it, and synced.
///    Without a manifest they are no store; the source was only read.
/// 2. A writer may have removed a file meanwhile that the manifest named. Then all begins anew with
///    the manifest of now.
/// 3. Everything in the new folder is read and verified, still without a manifest there.
/// 4. The manifest is written, synced and renamed: now it is a store. The lock is given back.
struct StoreBackup {
    private static let pieceSize = 1 << 20

    private let source: StoreFolder
    private let target: NewStoreFolder
    private let progress: LogRecovery.Progress?
    private var report = BackupReport()

    /// Checks both folders, and makes the new one.
    init(
        of source: StoreFolder,
        to path: String,
        for holder: StoreLockHolder,
        progress: LogRecovery.Progress?
    ) throws(LogStoreError) {
        self.source = source
        self.progress = progress
        switch try FolderInspection(source) {
        case .store: break
        case .missing, .empty:
            throw LogStoreError(
                .notFound,
                "Could not back up \(source.path): there is no store. Name the folder of one."
            )
        }
        target = try NewStoreFolder(path, besides: source, for: holder)
    }

    /// Makes the backup, once; when it fails, what was put into the new folder is removed again.
    mutating func run() throws(LogStoreError) -> BackupReport {
        defer { target.release() }
        let manifest: Manifest
        do throws(LogStoreError) {
            manifest = try copyAndVerify()
            try target.prepare(manifest)
        } catch {
            target.clearAfterFailure()
            throw error
        }
        // From here on the folder is left as it is: it may be a store already.
        try target.publish(manifest)
        return report
    }

    /// - Returns: The manifest of the copy.
    private mutating func copyAndVerify() throws(LogStoreError) -> Manifest {
        var manifest = try copyFiles()
        let log = try target.verify(manifest, progress: progress)
        if let last = log.summaries.last {
            // Nothing is added to it, so that from now on all of it is proven.
            manifest.seal(validEnd: last.validEnd, lastSequence: last.lastSequence)
            manifest.durable = last.lastSequence.next
        }
        report.verification = log.report
        return manifest
    }

    /// Links and copies what the manifest names; anew, when some of that was retired meanwhile.
    ///
    /// - Returns: The manifest that it was.
    private mutating func copyFiles() throws(LogStoreError) -> Manifest {
        var manifest = try LogRecovery.manifest(in: source)
        while true {
            do throws(LogStoreError) {
                try copyFiles(of: manifest)
                try LogRecovery.expectNewest(manifest, in: source)
                return manifest
            } catch {
                let now = try LogRecovery.manifest(in: source)
                let hasChanged = now.generation != manifest.generation
                guard error.code == .missingSegment, hasChanged else { throw error }
                manifest = now
            }
            try target.clear()
            report = BackupReport()
        }
    }

    private mutating func copyFiles(of manifest: Manifest) throws(LogStoreError) {
        for file in manifest.endedFiles { try linkOrCopy(file) }
        guard let last = manifest.segments.last, !last.isSealed else { return }
        let end = try LogEnd.find(
            try LogRecovery.namedSegment(last.id, in: source),
            entry: last,
            manifestDurable: manifest.durable,
            purpose: .reading
        )
        try copy(EndedFile(name: last.id.fileName, size: end.validEnd))
    }
}

// MARK: - Files

/// A file that never changes any more, up to a size that counts.
private struct EndedFile {
    var name: String
    var size: UInt64
}

extension Manifest {
    /// The files that the store consists of, the oldest first, but for the active segment.
    ///
    /// Whatever else a manifest names belongs in here.
    fileprivate var endedFiles: [EndedFile] {
        history.archives.map { EndedFile(name: $0.fileName, size: $0.fileSize) }
            + segments.filter(\.isSealed).map {
                EndedFile(name: $0.id.fileName, size: $0.validEnd)
            } + checkpoints.map { EndedFile(name: $0.fileName, size: $0.fileSize) }
    }
}

extension StoreBackup {
    private mutating func linkOrCopy(_ file: EndedFile) throws(LogStoreError) {
        let path = source.path(of: file.name)
        do throws(SystemCallError) {
            try target.make([file.name]) { () throws(SystemCallError) in
                try source.fileSystem.link(path, to: target.files.path(of: file.name))
            }
        } catch {
            guard !error.refusesLink else { return try copy(file) }
            throw failure(error, file)
        }
        report.linkedFileCount += 1
        report.linkedByteCount += file.size
    }

    private mutating func copy(_ file: EndedFile) throws(LogStoreError) {
        do throws(SystemCallError) {
            try target.make([file.name]) { () throws(SystemCallError) in
                try copyBytes(of: file)
            }
        } catch {
            throw failure(error, file)
        }
        report.copiedFileCount += 1
        report.copiedByteCount += file.size
    }

    /// Copies a file up to its end, and syncs the copy.
    private func copyBytes(of file: EndedFile) throws(SystemCallError) {
        let fileSystem = source.fileSystem
        let from = try fileSystem.open(source.path(of: file.name), .read)
        defer { fileSystem.close(from) }
        let into = try fileSystem.open(target.files.path(of: file.name), .create)
        defer { fileSystem.close(into) }
        var offset: UInt64 = 0
        while offset < file.size {
            let count = Int(min(file.size - offset, UInt64(Self.pieceSize)))
            let bytes = try fileSystem.read(from, at: offset, count: count)
            // A file that is too short is found when all is verified.
            guard !bytes.isEmpty else { break }
            try fileSystem.write(into, bytes, at: offset)
            offset += UInt64(bytes.count)
        }
        try fileSystem.sync(into)
    }

    private func failure(_ error: SystemCallError, _ file: EndedFile) -> LogStoreError {
        if error.isNotFound { return .reading(error, file: file.name) }
        guard error.isOutOfSpace else {
            return LogStoreError(
                .inputOutput,
                "Could not copy \(file.name) to \(target.files.path): \(error). Mend what refuses "
                    + "it, then try again.",
                file: file.name,
                cause: error
            )
        }
        return LogStoreError(
            .storageFull,
            "Could not copy \(file.name) to \(target.files.path): \(error). Free space, then try "
                + "again.",
            file: file.name,
            cause: error
        )
    }
}
