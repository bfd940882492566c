extension HouseRule {
    /// Finds, in each folder of LogJobs, uses of the types that folders above it declare.
    ///
    /// One module holds them all, so the compiler does not look. Types are known by their names:
    /// the ones declared at the top level of a file, and not private. A name that the folder itself
    /// declares, at any depth, is its own. What lies directly in LogJobs is its face, which may use
    /// all of them and is no part of the order.
    static func folderFindings(_ tree: Tree) -> [Finding] {
        let files = tree.swiftFiles.filter { $0.isIn(logJobs) }
        let ranks = ranksByType(files)
        let ownNames = Dictionary(grouping: files, by: \.folder).mapValues { files in
            Set(files.flatMap { file in file.declaredTypes().map(\.name) })
        }
        return files.flatMap { file -> [Finding] in
            guard let rank = file.rank else { return [] }
            let own = ownNames[file.folder] ?? []
            return file.tokens.indices.compactMap { index in
                let name = file.tokens[index].text
                guard let declared = ranks[name], declared > rank else { return nil }
                if own.contains(name) || file.text(at: index - 1) == "." { return nil }
                return Finding(
                    file,
                    line: file.tokens[index].line,
                    "\(file.folder) may not use \(name), which is declared above it"
                )
            }
        }
    }

    /// How high each type stands; where two folders declare the name, the lower one counts.
    private static func ranksByType(_ files: [TreeFile]) -> [String: Int] {
        var ranks: [String: Int] = [:]
        for file in files {
            guard let rank = file.rank else { continue }
            for type in file.declaredTypes() where type.isVisibleOutside {
                ranks[type.name] = min(ranks[type.name] ?? rank, rank)
            }
        }
        return ranks
    }
}

private let logJobs = "Sources/LogJobs"

/// The folders of LogJobs from below to above; those side by side may use each other.
private let folderRanks: [String: Int] = [
    "Format": 0,
    "File": 1,
    "Archive": 2,
    "Log": 3,
    "Recovery": 4, "Checkpoint": 4, "Compaction": 4, "Replay": 4,
    "Upkeep": 5, "Backup": 5, "Repair": 5,
]

/// A type's declaration.
private struct DeclaredType {
    let name: String
    /// Whether other files can name it without its outer type.
    let isVisibleOutside: Bool
}

extension TreeFile {
    /// The folder within LogJobs; empty for what lies directly in it.
    fileprivate var folder: String {
        let parts = path.dropFirst(logJobs.count + 1).split(separator: "/")
        return parts.count > 1 ? String(parts[0]) : ""
    }

    fileprivate var rank: Int? { folderRanks[folder] }

    fileprivate func declaredTypes() -> [DeclaredType] {
        var depth = 0
        var types: [DeclaredType] = []
        for index in tokens.indices {
            switch tokens[index].text {
            case "{": depth += 1
            case "}": depth -= 1
            case "struct", "class", "enum", "actor", "protocol", "typealias":
                guard index + 1 < tokens.count, tokens[index + 1].isWord else { continue }
                let modifiers = tokens[..<index].suffix(4).filter { $0.line == tokens[index].line }
                let isPrivate = modifiers.contains { ["private", "fileprivate"].contains($0.text) }
                types.append(
                    DeclaredType(
                        name: tokens[index + 1].text,
                        isVisibleOutside: depth == 0 && !isPrivate
                    )
                )
            default: break
            }
        }
        return types
    }
}
