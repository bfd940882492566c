import LogJobs
import LogJobsTesting

/// Files that are only read, in the folder of a store.
struct FileShelf {
    let folder: StoreFolder

    static let path = "/store"

    init(_ files: [String: [UInt8]]) {
        let disk = SimulatedFileSystem()
        for (name, bytes) in files { disk.setBytes(of: "\(Self.path)/\(name)", bytes) }
        folder = StoreFolder(Self.path, of: disk)
    }
}
