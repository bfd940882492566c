import Foundation

/// The files of the repository.
struct Tree: Sendable {
    /// Every file's path from the root, texts or not.
    let paths: Set<String>
    /// The files that are text, by path.
    let files: [TreeFile]

    /// A tree of these texts by path: for samples.
    init(_ texts: [String: String]) {
        paths = Set(texts.keys)
        files = texts.sorted { $0.key < $1.key }.map { TreeFile(path: $0.key, text: $0.value) }
    }

    /// Reads the tree below a folder, without what builds and version control leave there.
    init(readingFrom root: URL) throws {
        var texts: [String: String] = [:]
        var paths: Set<String> = []
        var folders = [""]
        while let folder = folders.popLast() {
            let url = root.appending(path: folder, directoryHint: .isDirectory)
            let keys: [URLResourceKey] = [.isDirectoryKey]
            for entry in try FileManager.default.contentsOfDirectory(
                at: url,
                includingPropertiesForKeys: keys
            ) where !Self.unversioned.contains(entry.lastPathComponent) {
                let path = folder + entry.lastPathComponent
                if try entry.resourceValues(forKeys: Set(keys)).isDirectory == true {
                    folders.append(path + "/")
                } else {
                    paths.insert(path)
                    texts[path] = String(bytes: try Data(contentsOf: entry), encoding: .utf8)
                }
            }
        }
        self.paths = paths
        files = texts.sorted { $0.key < $1.key }.map { TreeFile(path: $0.key, text: $0.value) }
    }

    /// The files written in Swift.
    var swiftFiles: [TreeFile] { files.filter(\.isSwift) }

    /// Whether a path is a file of the tree, or a folder with one.
    func contains(_ path: String) -> Bool {
        path.isEmpty || paths.contains(path) || paths.contains { $0.hasPrefix(path + "/") }
    }

    /// The tree that this file is part of; read once.
    static func checkout() throws -> Tree {
        try shared.get()
    }

    private static let shared = Result {
        // Tests/TidyTests/Tree/Tree.swift: four steps up.
        let root = (0..<4).reduce(URL(filePath: #filePath)) { url, _ in
            url.deletingLastPathComponent()
        }
        return try Tree(readingFrom: root)
    }

    private static let unversioned: Set<String> = [
        ".build", ".git", ".swiftpm", ".DS_Store", "Package.resolved",
    ]
}
