/// A store's folder: the names in it, and how a file comes to be there for good.
///
/// | Name | What it is |
/// |---|---|
/// | `LOCK` | who writes; see ``StoreLock`` |
/// | `MANIFEST` | which segments count |
/// | `manifest.spare` | space for the next manifest, kept so that a full disk cannot refuse it |
/// | `seg-….ljs` | the segments |
/// | `arc-….lja` | the archives |
/// | `ckp-….ljc` | the checkpoints |
/// | `seg-….ljs.damaged` | what was a segment, kept as evidence |
/// | `next.ljs` | the segment after the active one: zeros, synced |
/// | `ballast-1.ljs`, `ballast-2.ljs` | such files too, for when there is no room for another |
/// | `preparing.tmp` | one of those segments on its way |
/// | `manifest.tmp` | `manifest.spare` on its way |
/// | `archive.tmp`, `checkpoint.tmp` | an archive or a checkpoint on its way |
package struct StoreFolder: Sendable {
    package static let spareManifestName = "manifest.spare"
    package static let nextSegmentName = "next.ljs"
    package static let ballastNames = ["ballast-1.ljs", "ballast-2.ljs"]
    package static let damagedSuffix = ".damaged"
    package static let preparingName = "preparing.tmp"
    package static let preparingManifestName = "manifest.tmp"
    package static let preparingArchiveName = "archive.tmp"
    package static let preparingCheckpointName = "checkpoint.tmp"
    /// What an opening removes: nobody has relied on it yet.
    package static let temporaryNames = [
        preparingName, preparingManifestName, preparingArchiveName, preparingCheckpointName,
    ]

    package let path: String
    package let fileSystem: any FileSystem

    package init(_ path: String, of fileSystem: any FileSystem) {
        self.path = path
        self.fileSystem = fileSystem
    }

    package func path(of name: String) -> String { "\(path)/\(name)" }

    package func path(of segment: SegmentID) -> String { path(of: segment.fileName) }

    /// Whether a name is one that a store gives.
    package static func isOwn(_ name: String) -> Bool {
        let fixed = [
            StoreLock.fileName, Manifest.fileName, spareManifestName, nextSegmentName,
        ]
        return (fixed + ballastNames + temporaryNames).contains(name)
            || SegmentID(fileName: name) != nil || isDerived(name)
            || name.hasSuffix(damagedSuffix)
                && SegmentID(fileName: String(name.dropLast(damagedSuffix.count))) != nil
    }

    /// Whether a name is that of an archive or a checkpoint.
    package static func isDerived(_ name: String) -> Bool {
        NumberedName.archive.number(in: name) != nil
            || NumberedName.checkpoint.number(in: name) != nil
    }

    package func sync() throws(SystemCallError) {
        try fileSystem.syncFolder(path)
    }

    /// Makes the folder, if it is not there, and its name durable in either case.
    ///
    /// Crash story:
    /// 1. A makes the folder, and dies before it has synced the parent.
    /// 2. B finds the folder, makes its store in it, and answers.
    /// 3. The power fails: without B's own sync of the parent, folder and store are gone.
    ///
    /// And when the sync fails, Linux may forget what it was for, and say of the next one that all
    /// is well. So the folder is removed again, and whoever tries next makes a new name; also one
    /// that was there, since it may be A's. One that has something in it stays.
    package func makeDurably() throws(SystemCallError) {
        var isThere = try fileSystem.status(of: path) != nil
        if !isThere {
            do throws(SystemCallError) {
                try fileSystem.makeFolder(path)
            } catch  where error.isTaken {
                // Another process was faster.
                isThere = true
            }
        }
        do throws(SystemCallError) {
            try fileSystem.syncFolder(parentPath)
        } catch {
            // Where it is there, somebody with more rights has made it for this process, and
            // answers for it.
            if isThere, error.isRefused { return }
            // If that fails too, the first failure is the one to tell of.
            if !isThere || error.losesWrites {
                do throws(SystemCallError) { try fileSystem.removeFolder(path) } catch {}
            }
            throw error
        }
    }

    /// The folder it is in.
    package var parentPath: String {
        let parts = path.split(separator: "/")
        let parent = parts.dropLast().joined(separator: "/")
        if path.hasPrefix("/") { return "/" + parent }
        return parent.isEmpty ? "." : parent
    }
}

// MARK: - Files of zeros

extension StoreFolder {
    /// How much is zeroed by one call: little enough not to hold up a commit on the same disk.
    private static let zeroPieceSize = 256 << 10

    /// Makes a file of zeros that are allocated, written and synced, so that writing to it later
    /// changes no metadata and needs no room.
    ///
    /// It gets its name when it is whole, so whatever has the name can be relied on. The name is
    /// durable once the folder is synced; until then a crash costs only the file.
    ///
    /// - Parameters:
    ///   - name: Its name in the end.
    ///   - size: How large it is.
    ///   - temporaryName: Its name on the way, which nobody else may use meanwhile.
    /// - Throws: What a call of the file system throws; the file is removed then.
    package func makeZeroFile(
        _ name: String,
        size: UInt64,
        as temporaryName: String
    ) throws(SystemCallError) {
        let temporary = path(of: temporaryName)
        let handle = try fileSystem.open(temporary, .readWriteOrCreate)
        do throws(SystemCallError) {
            try fill(handle, size: size)
            fileSystem.close(handle)
        } catch {
            fileSystem.close(handle)
            // Gives back what a full disk lends; if that fails too, the next open does it.
            do throws(SystemCallError) { try fileSystem.remove(temporary) } catch {}
            throw error
        }
        try fileSystem.rename(temporary, to: path(of: name))
    }

    /// Makes zeros of all bytes of a file that are none, without a sync.
    package func makeZeros(of name: String) throws(SystemCallError) {
        let handle = try fileSystem.open(path(of: name), .readWrite)
        defer { fileSystem.close(handle) }
        // After a failed sync the cache may show what the device does not have.
        fileSystem.dropCache(handle)
        let size = try fileSystem.status(of: handle).size
        var start: UInt64 = 0
        while start < size {
            let count = Int(min(size - start, UInt64(Self.zeroPieceSize)))
            if try !hasZeros(handle, at: start, count: count) {
                let zeros = [UInt8](repeating: 0, count: count)
                try fileSystem.write(handle, zeros, at: start)
            }
            start += UInt64(count)
        }
    }

    /// What the device cannot read is none, and may be mended by being written.
    private func hasZeros(
        _ handle: FileHandle,
        at offset: UInt64,
        count: Int
    ) throws(SystemCallError) -> Bool {
        do throws(SystemCallError) {
            return try fileSystem.read(handle, at: offset, count: count)[...].areZero
        } catch  where error.isDeviceFailure {
            return false
        }
    }

    /// Gives back the space of the zeros at the end of a file, and changes no byte of it.
    package func giveBackZeros(of name: String) throws(SystemCallError) {
        let handle = try fileSystem.open(path(of: name), .readWrite)
        defer { fileSystem.close(handle) }
        var end = try fileSystem.status(of: handle).size
        var isOver = false
        while end > 0, !isOver {
            let start = end - min(end, UInt64(Self.zeroPieceSize))
            let piece = try fileSystem.read(handle, at: start, count: Int(end - start))
            let used = piece.lastIndex { $0 != 0 }.map { $0 + 1 } ?? 0
            isOver = used > 0
            end = start + UInt64(used)
        }
        // Whole blocks: none that has something in it is written again.
        try fileSystem.punch(handle, from: (end + 4095) / 4096 * 4096)
    }

    private func fill(_ handle: FileHandle, size: UInt64) throws(SystemCallError) {
        // What is left of an earlier attempt may have another size.
        try fileSystem.truncate(handle, to: 0)
        try fileSystem.allocate(handle, size: size)
        var offset: UInt64 = 0
        while offset < size {
            let count = Int(min(size - offset, UInt64(Self.zeroPieceSize)))
            try fileSystem.write(handle, [UInt8](repeating: 0, count: count), at: offset)
            offset += UInt64(count)
        }
        try fileSystem.sync(handle)
    }
}
