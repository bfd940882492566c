/// The file that says which segments count, replaced as a whole.
///
/// Crash story:
/// 1. The new manifest is written into the spare file and synced: the old one counts.
/// 2. The spare is renamed over `MANIFEST`: after a crash one of the two is there, whole.
/// 3. The folder is synced: the new one counts. Only now may anything rely on it.
///
/// The spare exists before it is needed, so a full disk refuses none of these steps.
package struct ManifestFile: Sendable {
    /// A spare has a multiple of so many bytes, so that what one manifest gives back when it is
    /// replaced is enough for the next spare.
    private static let spareSize: UInt64 = 16 << 10
    /// How much longer the next manifest may be than this one: by a segment, an archive and two
    /// checkpoints, and by what is known of history and of retired segments.
    private static let growthMax: UInt64 = 1 << 10

    private let folder: StoreFolder

    package init(in folder: StoreFolder) {
        self.folder = folder
    }

    /// The bytes of the manifest; `nil` when there is none.
    package func read() throws(SystemCallError) -> [UInt8]? {
        let path = folder.path(of: Manifest.fileName)
        guard try folder.fileSystem.status(of: path) != nil else { return nil }
        let handle = try folder.fileSystem.open(path, .read)
        defer { folder.fileSystem.close(handle) }
        // Of the open file: the name may meanwhile lead to a longer one.
        let status = try folder.fileSystem.status(of: handle)
        let count = Int(clamping: min(status.size, UInt64(Manifest.sizeMax) + 1))
        return try folder.fileSystem.read(handle, at: 0, count: count)
    }

    /// Replaces the manifest, and returns when the new one is durable.
    package func replace(with manifest: Manifest) throws(SystemCallError) {
        let fileSystem = folder.fileSystem
        let spare = folder.path(of: StoreFolder.spareManifestName)
        let bytes = manifest.encoded()
        let handle = try fileSystem.open(spare, .readWriteOrCreate)
        do throws(SystemCallError) {
            let size = try fileSystem.status(of: handle).size
            // What a longer manifest before a crash has left would stand behind this one.
            let rest = Int(clamping: size > 0 ? size : Self.spareSize) - bytes.count
            let padding = [UInt8](repeating: 0, count: max(0, rest))
            try fileSystem.write(handle, bytes + padding, at: 0)
            try fileSystem.sync(handle)
            fileSystem.close(handle)
        } catch {
            fileSystem.close(handle)
            throw error
        }
        try fileSystem.rename(spare, to: folder.path(of: Manifest.fileName))
        try folder.sync()
    }

    /// Makes the spare for the next time, if it is not there or has become too small.
    ///
    /// It has a temporary name of its own, since segments are prepared in the background. With one
    /// for both:
    /// 1. A segment is being filled with zeros. The writer makes the same file its spare, and then
    ///    the manifest.
    /// 2. The filling goes on: zeros are written over the manifest.
    ///
    /// - Parameter manifest: What is to be replaced: the spare has room for what follows it.
    /// - Returns: Whether it is there now; a full disk may refuse it.
    /// - Throws: What a call of the file system throws but for want of room.
    package func prepareSpare(after manifest: Manifest) throws(SystemCallError) -> Bool {
        let spare = folder.path(of: StoreFolder.spareManifestName)
        let needed = Self.needed(after: manifest)
        let present = try folder.fileSystem.status(of: spare)?.size
        if let present, present >= needed { return true }
        // Larger before it has to be: when it has to, the disk may be full.
        for size in [needed + Self.spareSize / 2, needed].map(Self.rounded) {
            do throws(SystemCallError) {
                try folder.makeZeroFile(
                    StoreFolder.spareManifestName,
                    size: size,
                    as: StoreFolder.preparingManifestName
                )
                return true
            } catch  where error.isOutOfSpace {
                continue
            }
        }
        return false
    }

    /// What a spare has at least that is made behind a manifest.
    static func spareSize(after manifest: Manifest) -> UInt64 { rounded(needed(after: manifest)) }

    private static func needed(after manifest: Manifest) -> UInt64 {
        UInt64(manifest.encodedSize) + growthMax
    }

    private static func rounded(_ size: UInt64) -> UInt64 {
        (size + spareSize - 1) / spareSize * spareSize
    }
}
