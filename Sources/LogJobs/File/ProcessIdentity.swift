#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Who opens a store, in words for the next one who wants to.
///
/// A value, so that tests can be any process they like.
package struct ProcessIdentity: Hashable, Sendable {
    package var pid: Int32
    /// Changes with every start of the machine, so that a pid of before is not taken for one of
    /// now; empty when unknown.
    package var bootID: String
    /// Tells apart the machines that share a folder; empty when unknown.
    package var host: String

    package init(pid: Int32, bootID: String, host: String) {
        self.pid = pid
        self.bootID = bootID
        self.host = host
    }

    /// This process.
    package static var current: Self {
        Self(pid: getpid(), bootID: BootID.current, host: hostName)
    }

    private static var hostName: String {
        // POSIX: at most 255 bytes; a longer name comes cut, perhaps without its NUL.
        let sizeMax = 255
        var name = [CChar](repeating: 0, count: sizeMax + 1)
        // SAFETY: the call writes at most `sizeMax` bytes, and the array is longer.
        guard unsafe gethostname(&name, sizeMax) == 0 else { return "" }
        let bytes = name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// The kernel's name for the time since the machine was started.
package enum BootID {
    /// The text of `/proc/sys/kernel/random/boot_id`; empty where there is no such file.
    package static let current = read(PosixFileSystem(), "/proc/sys/kernel/random/boot_id")

    /// Only a diagnostic: a file that cannot be read is no reason to refuse a store.
    private static func read(_ fileSystem: PosixFileSystem, _ path: String) -> String {
        do throws(SystemCallError) {
            let handle = try fileSystem.open(path, .read)
            defer { fileSystem.close(handle) }
            let text = try fileSystem.read(handle, at: 0, count: 64)
            return String(decoding: text.prefix { $0 > UInt8(ascii: " ") }, as: UTF8.self)
        } catch {
            return ""
        }
    }
}
