import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The files of a store, seen from outside.
struct StoreFiles {
    let folder: String

    init(_ folder: String) {
        self.folder = folder
    }

    /// How large the files are, by the first letters of their names.
    struct Sizes {
        /// What the files are long.
        var length = 0
        /// What they take on the disk.
        var allocated = 0
        var count = 0
    }

    func sizes() throws -> [String: Sizes] {
        var sizes: [String: Sizes] = [:]
        for name in try names() {
            var status = stat()
            let path = folder + "/" + name
            guard unsafe lstat(path, &status) == 0 else { throw CallError("lstat", path) }
            let kind = String(name.prefix { $0.isLetter })
            sizes[kind, default: Sizes()].length += Int(status.st_size)
            // Blocks of 512 bytes, whatever the file system has (man 3type stat).
            sizes[kind, default: Sizes()].allocated += 512 * Int(status.st_blocks)
            sizes[kind, default: Sizes()].count += 1
        }
        return sizes
    }

    func removeCheckpoints() throws {
        for name in try names() where name.hasPrefix("ckp-") {
            try FileManager.default.removeItem(atPath: folder + "/" + name)
        }
    }

    /// Has the system forget what it has in memory of the files, so that the next reading of them
    /// is one of the disk.
    func dropFromMemory() throws {
        for name in try names() {
            let path = folder + "/" + name
            let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw CallError("open", path) }
            defer { close(descriptor) }
            // What is not on the disk yet stays in memory.
            guard fsync(descriptor) == 0 else { throw CallError("fsync", path) }
            #if canImport(Darwin)
                throw CallError("posix_fadvise", path)
            #else
                guard posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED) == 0 else {
                    throw CallError("posix_fadvise", path)
                }
            #endif
        }
    }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }
}
