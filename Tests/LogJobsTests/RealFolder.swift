import Foundation
import LazyJobs
import LazyJobsTesting
import LogJobs

/// A folder on the real file system, with a path of its own that nothing stands at yet.
struct RealFolder {
    let path = FileManager.default.temporaryDirectory
        .appending(path: "logjobs-\(UUID().uuidString)").path()
    let clock = ManualClock()

    /// Opens a store in it that works on the caller's thread.
    func open(
        pid: Int32 = 7,
        creating: Bool = true,
        of fileSystem: any FileSystem = PosixFileSystem()
    ) async throws(LogStoreError) -> LogBackend {
        var configuration = TestStore.configuration
        configuration.createsFolder = creating
        let environment = StoreOpening.Environment(
            fileSystem: fileSystem,
            clock: clock,
            process: ProcessIdentity(pid: pid, bootID: "boot", host: "host"),
            random: { 4711 }
        )
        return try await LogBackend.open(path, configuration, environment, mode: .inline)
    }

    func read(
        of fileSystem: any FileSystem = PosixFileSystem()
    ) throws(LogStoreError) -> LogReader {
        try LogReader.open(path, of: fileSystem, clock: clock)
    }

    func bytes(of name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: "\(path)/\(name)")))
    }

    func setBytes(of name: String, _ bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(filePath: "\(path)/\(name)"))
    }

    func makeFolder() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    func remove() throws {
        guard FileManager.default.fileExists(atPath: path) else { return }
        try FileManager.default.removeItem(atPath: path)
    }

    /// Everything about it that a program can change by mistake.
    func picture() throws -> Picture { try Picture(of: path) }

    /// Names, bytes and times of change: of the folder, of what is in it, or of the file there is.
    struct Picture: Hashable {
        private struct File: Hashable {
            var bytes: Data?
            var changed: Date?
            var inode: UInt64?
        }

        private var files: [String: File] = [:]

        init(of path: String) throws {
            let manager = FileManager.default
            var isFolder = false
            if let kind = try? manager.attributesOfItem(atPath: path)[.type] as? FileAttributeType {
                isFolder = kind == .typeDirectory
                try add(path, "", isFolder: isFolder)
            }
            guard isFolder else { return }
            for name in try manager.contentsOfDirectory(atPath: path) {
                try add("\(path)/\(name)", name, isFolder: false)
            }
        }

        private mutating func add(_ path: String, _ name: String, isFolder: Bool) throws {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            files[name] = File(
                bytes: isFolder ? nil : try Data(contentsOf: URL(filePath: path)),
                changed: attributes[.modificationDate] as? Date,
                inode: (attributes[.systemFileNumber] as? NSNumber)?.uint64Value
            )
        }
    }
}
