import LogJobs

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The files and folders of a ``SimulatedFileSystem``: what a read sees, and what is on the device.
///
/// A value: a copy shares everything with its original until one of them changes.
///
/// Invariants, for the cached and for the durable names each by themselves:
/// - A file has any number of names, a folder one at most; each stands in its own folder too.
/// - The root is a folder and has no name.
struct SimulatedDisk: Sendable {
    typealias NodeID = UInt64

    /// A name in a folder.
    struct Name: Hashable, Sendable {
        var folder: NodeID
        var text: String
    }

    /// Where a node is, and if it is a folder, what is in it.
    struct Names: Sendable {
        /// By the number of the link, which a name keeps when it is changed.
        var places: [Int: Name] = [:]
        var entries: [String: NodeID] = [:]

        /// The oldest name.
        var place: Name? { places.min { $0.key < $1.key }?.value }

        /// The link that has a name.
        func link(at name: Name) -> Int? { places.first { $0.value == name }?.key }
    }

    /// A file or folder.
    struct Node: Sendable {
        let kind: FileStatus.Kind
        /// As the calls see it.
        var cachedNames = Names()
        var cached = SimulatedContent()
        /// As the device has it.
        var durableNames = Names()
        var durable = SimulatedContent()
        /// What was done to the content since it was last synced.
        var changes: [Change] = []
        /// Reads that touch these bytes fail, as those of a sector that the device has lost.
        var unreadable: [Range<Int>] = []
        var openCount = 0
        /// How many of the zeros at the end use no room.
        var holeSize = 0
        /// How many links there have been; the first is 0.
        var linkCount = 1
    }

    /// What was done to the content of a file and is not yet on the device.
    struct Change: Sendable {
        enum Effect: Sendable {
            case write(offset: Int, bytes: [UInt8])
            case setSize(Int)
        }

        var sequence: UInt64
        var effect: Effect
    }

    /// What was done to the name of a node and is not yet on the device.
    struct NameChange: Sendable {
        var sequence: UInt64
        var node: NodeID
        var link: Int
        var from: Name?
        var to: Name?

        var folders: [NodeID] {
            [from?.folder, to?.folder].compactMap(\.self)
        }
    }

    static let root: NodeID = 1

    var nodes: [NodeID: Node] = [Self.root: Node(kind: .folder)]
    var nameChanges: [NameChange] = []
    /// How many bytes all files together may have; `nil` for no limit.
    var capacity: UInt64?
    private var nodeIDLast = Self.root
    private var sequenceLast: UInt64 = 0

    /// The sum of the sizes of all files that have a name or are open.
    var usedBytes: UInt64 {
        nodes.values.reduce(0) { sum, node in
            let isThere = node.cachedNames.place != nil || node.openCount > 0
            return isThere ? sum + UInt64(max(0, node.cached.size - node.holeSize)) : sum
        }
    }

    /// A node that is there by an invariant of this type.
    subscript(id: NodeID) -> Node {
        guard let node = nodes[id] else { preconditionFailure("No node \(id)") }
        return node
    }

    /// Makes a node that has no name yet.
    mutating func makeNode(_ kind: FileStatus.Kind) -> NodeID {
        nodeIDLast += 1
        nodes[nodeIDLast] = Node(kind: kind)
        return nodeIDLast
    }

    /// The number of the next change: the order in which changes were made.
    mutating func nextSequence() -> UInt64 {
        sequenceLast += 1
        return sequenceLast
    }

    /// What is known of a node.
    func status(of id: NodeID) -> FileStatus {
        let node = self[id]
        return FileStatus(kind: node.kind, size: UInt64(node.cached.size), device: 1, inode: id)
    }
}

// MARK: - Paths

extension SimulatedDisk {
    /// The parts of a path, which counts from the root: there is no current folder.
    static func parts(of path: String) throws(ErrorNumber) -> [String] {
        guard !path.isEmpty else { throw ErrorNumber(ENOENT) }
        var parts: [String] = []
        // Bytes, in a loop: without optimisation, to split text takes ten times as long.
        let bytes = Array(path.utf8) + [slash]
        var start = 0
        for index in bytes.indices {
            guard bytes[index] != 0 else { throw ErrorNumber(EINVAL) }
            guard bytes[index] == slash else { continue }
            let part = bytes[start..<index]
            start = index + 1
            if part.isEmpty || part == [dot] { continue }
            // A store's paths are made by the store; to go up is a mistake that POSIX would hide.
            guard part != [dot, dot] else { throw ErrorNumber(EINVAL) }
            guard part.count <= 255 else { throw ErrorNumber(ENAMETOOLONG) }
            parts.append(String(decoding: part, as: UTF8.self))
        }
        return parts
    }

    private static var slash: UInt8 { UInt8(ascii: "/") }
    private static var dot: UInt8 { UInt8(ascii: ".") }

    /// The node at a path.
    func find(_ path: String) throws(ErrorNumber) -> NodeID {
        var id = Self.root
        for part in try Self.parts(of: path) {
            guard let next = try entry(part, inFolder: id) else { throw ErrorNumber(ENOENT) }
            id = next
        }
        return id
    }

    /// The name at the end of a path, in a folder that is there, and the node that has it.
    func findName(_ path: String) throws(ErrorNumber) -> (name: Name, node: NodeID?) {
        let parts = try Self.parts(of: path)
        // The root: it cannot be made, renamed or removed.
        guard let last = parts.last else { throw ErrorNumber(EBUSY) }
        var folder = Self.root
        for part in parts.dropLast() {
            guard let next = try entry(part, inFolder: folder) else { throw ErrorNumber(ENOENT) }
            folder = next
        }
        return (Name(folder: folder, text: last), try entry(last, inFolder: folder))
    }

    /// The paths of all files, and of all folders with a slash behind, in order.
    var paths: [String] {
        var found: [String] = []
        var waiting: [(path: String, node: NodeID)] = [("", Self.root)]
        while let (path, id) = waiting.popLast() {
            for (name, child) in self[id].cachedNames.entries {
                let isFolder = self[child].kind == .folder
                found.append("\(path)/\(name)\(isFolder ? "/" : "")")
                if isFolder { waiting.append(("\(path)/\(name)", child)) }
            }
        }
        return found.sorted()
    }

    /// Hashes what whoever reads the files finds: names, which of them are links, sizes and bytes.
    func hashContent(into hasher: inout Hasher) {
        for path in paths {
            guard let id = try? find(path) else { continue }
            hasher.combine(path)
            hasher.combine(id)
            self[id].cached.hash(into: &hasher)
        }
    }

    /// The path of a node, or what is left of it; for messages.
    func path(of id: NodeID) -> String {
        var text = ""
        var id = id
        while id != Self.root {
            let node = self[id]
            guard let place = node.cachedNames.place ?? node.durableNames.place else {
                return "(unnamed \(id))\(text)"
            }
            text = "/\(place.text)\(text)"
            id = place.folder
        }
        return text.isEmpty ? "/" : text
    }

    private func entry(_ name: String, inFolder id: NodeID) throws(ErrorNumber) -> NodeID? {
        let node = self[id]
        guard node.kind == .folder else { throw ErrorNumber(ENOTDIR) }
        return node.cachedNames.entries[name]
    }
}

/// An error number on its way to become a `SystemCallError`.
struct ErrorNumber: Error {
    var rawValue: Int32

    init(_ rawValue: Int32) {
        self.rawValue = rawValue
    }
}
