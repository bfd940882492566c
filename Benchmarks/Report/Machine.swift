import CZlib
import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif
#if SQLite
    import CSQLite
#endif

/// What the figures depend on; what the system does not tell is left out.
struct Machine: Encodable {
    private let system = ProcessInfo.processInfo.operatingSystemVersionString
    private let kernel = Self.lines(of: "/proc/sys/kernel/osrelease").first.map(String.init)
    private let processor = Self.processor()
    private let cores = ProcessInfo.processInfo.activeProcessorCount
    private let memoryGiB = Int(ProcessInfo.processInfo.physicalMemory >> 30)
    private let fileSystem: String?
    /// Of the last minute, at the start.
    private let load = Self.load()
    // SAFETY: the string is a constant of the library; the copy is made at once.
    private let zlib = unsafe String(cString: zlibVersion())
    #if SQLite
        // SAFETY: the string is a constant of the library; the copy is made at once.
        private let sqlite: String? = unsafe String(cString: sqlite3_libversion())
    #else
        private let sqlite: String? = nil
    #endif
    private let commit = SourceCommit.description()
    private let time = Date()
    #if DEBUG
        private let build = "debug: these figures say nothing"
    #else
        private let build = "release"
    #endif

    private enum CodingKeys: String, CodingKey {
        case system, kernel, processor, cores, memoryGiB, zlib, sqlite, commit, time, build
        case fileSystem = "file_system"
        case load = "load_average"
    }

    /// Looks at the machine, and at what is mounted where a folder is.
    init(folder: String) {
        fileSystem = Self.fileSystem(of: folder)
    }

    private static let memoryRemark =
        "the folder is in memory: nothing here waits for a disk, and what is met says nothing"

    /// All of it, in words.
    var text: String {
        let hardware = [
            system, kernel.map { "kernel \($0)" }, processor, "\(cores) cores", "\(memoryGiB) GiB",
            fileSystem, load.map { "load average \(Figure.number($0))" },
        ]
        let software = [build, commit, "zlib \(zlib)", sqlite.map { "SQLite \($0)" }]
        let lines = [hardware, software].map { $0.compactMap(\.self).joined(separator: ", ") }
        let isInMemory = ["tmpfs", "ramfs"].contains(fileSystem)
        return (lines + (isInMemory ? [Self.memoryRemark] : [])).joined(separator: "\n")
    }

    private static func processor() -> String? {
        let line = lines(of: "/proc/cpuinfo").first { $0.hasPrefix("model name") }
        return line?.split(separator: ":").last?.trimmingCharacters(in: .whitespaces)
    }

    private static func load() -> Double? {
        var load = 0.0
        // SAFETY: one number is asked for, and there is room for it during the call.
        return unsafe getloadavg(&load, 1) == 1 ? load : nil
    }

    /// The type of what is mounted nearest above a folder, and last where several are.
    private static func fileSystem(of folder: String) -> String? {
        let path = URL(filePath: folder).resolvingSymlinksInPath().standardizedFileURL
        var nearest: (depth: Int, type: String)?
        for line in lines(of: "/proc/self/mounts") {
            let fields = line.split(separator: " ")
            guard fields.count > 2 else { continue }
            // man 5 fstab: a blank would end the field.
            let place = fields[1].replacingOccurrences(of: "\\040", with: " ")
            let parts = URL(filePath: place).pathComponents
            if path.pathComponents.starts(with: parts), parts.count >= nearest?.depth ?? 0 {
                nearest = (parts.count, String(fields[2]))
            }
        }
        return nearest?.type
    }

    /// None if there is no such file.
    private static func lines(of path: String) -> [Substring] {
        let text = try? String(contentsOfFile: path, encoding: .utf8)
        return text?.split(separator: "\n") ?? []
    }
}
