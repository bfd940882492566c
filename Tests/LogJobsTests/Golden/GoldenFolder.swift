import LogJobsTesting
import Testing

/// The files of a store as text: of each its name and size, and its bytes but for lines of zeros.
///
/// ```
/// file MANIFEST 16384
/// 0 894c4a4d0d0a1a0a01000000bc00000000000000000000000000000000000000
/// ```
struct GoldenFolder: Hashable {
    private static let lineSize = 32

    private(set) var files: [String: [UInt8]] = [:]

    /// All files of the store's folder.
    init(_ store: TestStore) {
        let prefix = TestStore.path("")
        for path in store.disk.paths where path.hasPrefix(prefix) && path != prefix {
            files[String(path.dropFirst(prefix.count))] = store.disk.bytes(of: path)
        }
    }

    init(text: String) throws {
        var name = ""
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words[0] == "file" {
                name = String(words[1])
                files[name] = [UInt8](repeating: 0, count: try #require(Int(words[2])))
            } else {
                let bytes = try Self.bytes(words[1])
                let start = try #require(Int(words[0]))
                files[name]?.replaceSubrange(start..<start + bytes.count, with: bytes)
            }
        }
    }

    /// What a fixture holds.
    var text: String {
        var lines: [String] = []
        for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
            lines.append("file \(name) \(bytes.count)")
            for start in stride(from: 0, to: bytes.count, by: Self.lineSize) {
                let part = bytes[start..<min(start + Self.lineSize, bytes.count)]
                guard part.contains(where: { $0 != 0 }) else { continue }
                lines.append("\(start) \(part.map(Self.hex).joined())")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A store with these files, as if all were synced.
    func store() -> TestStore {
        let store = TestStore()
        for (name, bytes) in files { store.disk.setBytes(of: TestStore.path(name), bytes) }
        return store
    }

    private static func hex(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }

    private static func bytes(_ digits: Substring) throws -> [UInt8] {
        let digits = Array(digits)
        return try stride(from: 0, to: digits.count, by: 2).map { index in
            try #require(UInt8(String(digits[index..<index + 2]), radix: 16))
        }
    }
}
