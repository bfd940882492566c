#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension SystemCall {
    /// Makes a folder with permissions 0700.
    static func makeFolder(_ path: String) throws(SystemCallError) {
        try check(path, for: "mkdir")
        // SAFETY: the string outlives the call, and has no NUL inside.
        _ = try retry("mkdir", path) { unsafe mkdir(path, 0o700) }
    }

    /// Gives a file another name.
    static func renameFile(_ path: String, to newPath: String) throws(SystemCallError) {
        try check(path, for: "rename")
        try check(newPath, for: "rename")
        // SAFETY: both strings outlive the call, and have no NUL inside.
        _ = try retry("rename", path) { unsafe rename(path, newPath) }
    }

    /// Gives a file one more name.
    static func linkFile(_ path: String, to newPath: String) throws(SystemCallError) {
        try check(path, for: "link")
        try check(newPath, for: "link")
        // SAFETY: both strings outlive the call, and have no NUL inside.
        _ = try retry("link", path) { unsafe link(path, newPath) }
    }

    /// Removes an empty folder.
    static func removeFolder(_ path: String) throws(SystemCallError) {
        try check(path, for: "rmdir")
        // SAFETY: the string outlives the call, and has no NUL inside.
        _ = try retry("rmdir", path) { unsafe rmdir(path) }
    }

    /// Removes the name of a file.
    static func removeFile(_ path: String) throws(SystemCallError) {
        try check(path, for: "unlink")
        // SAFETY: the string outlives the call, and has no NUL inside.
        _ = try retry("unlink", path) { unsafe unlink(path) }
    }

    /// What stands at a path, symbolic links followed.
    static func status(ofPath path: String) throws(SystemCallError) -> FileStatus {
        try check(path, for: "stat")
        var information = stat()
        // SAFETY: string and structure outlive the call; the string has no NUL inside.
        _ = try retry("stat", path) { unsafe stat(path, &information) }
        return FileStatus(information)
    }

    /// What a descriptor refers to.
    static func status(
        ofFile descriptor: Int32,
        path: @autoclosure Path
    ) throws(SystemCallError) -> FileStatus {
        var information = stat()
        // SAFETY: the structure outlives the call.
        _ = try retry("fstat", path()) { unsafe fstat(descriptor, &information) }
        return FileStatus(information)
    }

    /// The names in a folder without `.` and `..`.
    static func names(inFolder path: String) throws(SystemCallError) -> [String] {
        try check(path, for: "opendir")
        // SAFETY: the stream is used only here, by one thread, and is closed on every way out.
        guard let stream = unsafe opendir(path) else {
            throw SystemCallError(call: "opendir", errorNumber: errno, path: path)
        }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while true {
            // End and failure are both NULL; only errno tells them apart (man 3 readdir).
            errno = 0
            guard let entry = unsafe readdir(stream) else { break }
            // SAFETY: d_name ends in NUL and is valid until the next readdir; it is copied at once.
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        guard errno == 0 else {
            throw SystemCallError(call: "readdir", errorNumber: errno, path: path)
        }
        return names
    }
}

extension FileStatus {
    /// The kernel's structure, as far as it matters here.
    fileprivate init(_ information: stat) {
        let kind: Kind =
            switch information.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            default: .other
            }
        self.init(
            kind: kind,
            size: UInt64(clamping: information.st_size),
            device: UInt64(truncatingIfNeeded: information.st_dev),
            inode: UInt64(truncatingIfNeeded: information.st_ino)
        )
    }
}
