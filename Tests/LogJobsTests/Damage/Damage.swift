import LazyJobsTesting
import LogJobs
import LogJobsTesting

/// One thing that happens to the files of a store while nobody looks.
enum Damage: CaseIterable {
    /// A sector of zeros, as a disk may give it that has forgotten it.
    case zeroedSector
    /// Bytes that anybody may have written.
    case overwritten
    /// A sector of one file in the place of one of another, as after a misdirected write.
    case misplacedSector
    case swappedFiles
    case cut
    case grown
    case removed
    case renamed
    case duplicated
    /// A file as it was at an earlier time: a lost write, or a restored copy.
    case stale
    /// The file of that name of another store.
    case foreign

    /// - Returns: What has happened, for a report.
    func strike(
        _ store: TestStore,
        stale: [[String: [UInt8]]],
        using generator: inout SeededGenerator
    ) -> String {
        let paths = store.disk.paths.filter { !$0.hasSuffix("/") }
        guard let path = paths.randomElement(using: &generator),
            let other = paths.randomElement(using: &generator)
        else { return "" }
        var bytes = store.disk.bytes(of: path) ?? []
        let otherBytes = store.disk.bytes(of: other) ?? []
        let offset = Int.random(in: 0...bytes.count, using: &generator)
        switch self {
        case .zeroedSector:
            let sector = offset / 512 * 512..<min(bytes.count, offset / 512 * 512 + 512)
            for index in sector { bytes[index] = 0 }
        case .overwritten:
            let end = min(bytes.count, offset + .random(in: 1...64, using: &generator))
            for index in offset..<end { bytes[index] = .random(in: 0...255, using: &generator) }
        case .misplacedSector:
            let start = Int.random(in: 0...otherBytes.count, using: &generator) / 512 * 512
            let sector = otherBytes[start..<min(otherBytes.count, start + 512)]
            let target = offset / 512 * 512
            bytes.replaceSubrange(target..<min(bytes.count, target + sector.count), with: sector)
        case .swappedFiles:
            store.disk.setBytes(of: other, bytes)
            bytes = otherBytes
        case .cut: bytes.removeLast(bytes.count - offset)
        case .grown:
            let count = Int.random(in: 1...5000, using: &generator)
            let byte = UInt8.random(in: 0...1, using: &generator)
            bytes += [UInt8](repeating: byte, count: count)
        case .removed:
            store.disk.removeFile(path)
            return "\(path) removed"
        case .renamed, .duplicated:
            let name = Self.otherName(of: path, using: &generator)
            store.disk.setBytes(of: name, bytes)
            if self == .renamed { store.disk.removeFile(path) }
            return "\(path) \(self) to \(name)"
        case .stale: bytes = stale.dropLast().randomElement(using: &generator)?[path] ?? bytes
        case .foreign: bytes = stale.last?[path] ?? bytes
        }
        store.disk.setBytes(of: path, bytes)
        return "\(path) \(self), at \(offset), \(other)"
    }

    /// A name that a file of the store may have.
    private static func otherName(
        of path: String,
        using generator: inout SeededGenerator
    ) -> String {
        let number = UInt64.random(in: 1...12, using: &generator)
        let names = [
            SegmentID(rawValue: number).fileName, StoreFolder.nextSegmentName,
            Manifest.fileName, "manifest.spare", "archive.tmp", "notes.txt",
            path.split(separator: "/").last.map(String.init) ?? "",
        ]
        return TestStore.path(names.randomElement(using: &generator) ?? "notes.txt")
    }
}
