extension HouseRule {
    static let places: [HouseRule] = [
        HouseRule("the top level holds only what everyone looks for there") { tree in
            let names = Set(
                tree.paths.compactMap { $0.split(separator: "/").first.map(String.init) }
            )
            return names.subtracting(topLevel).filter { !$0.hasPrefix(".") }.sorted().map {
                Finding(path: $0, "belongs into \(topLevel.sorted().joined(separator: ", "))")
            }
        },
        HouseRule("files and folders are named by what they hold") { tree in
            tree.paths.sorted().filter(hasEmptyName).map {
                Finding(path: $0, "says nothing of what it holds; name it by its role")
            }
        },
        HouseRule("no file names a path of one machine") { file in
            file.lines.enumerated().filter { namesMachinePath($0.element) }.map {
                Finding(file, line: $0.offset + 1, "this path exists on one machine only")
            }
        },
        HouseRule("every link to a file leads to one") { tree in
            tree.files.filter(\.isMarkdown).flatMap { file in
                file.links().filter { !tree.contains($0.path) }.map {
                    Finding(file, line: $0.line, "no file \($0.path)")
                }
            }
        },
    ]

    private static let topLevel: Set<String> = [
        "Package.swift", "Sources", "Tests", "Benchmarks", "Tools", "README.md", "LICENSE",
    ]

    /// Words that fit every file, and endings that do.
    private static let emptyNames: Set<String> = [
        "utils", "util", "utilities", "helpers", "helper", "common", "types", "misc", "new", "old",
    ]
    private static let emptyEndings = ["Utils", "Util", "Utilities", "Helpers", "Helper", "Misc"]

    private static func hasEmptyName(_ path: String) -> Bool {
        path.split(separator: "/").contains { component in
            let stem = component.split(separator: ".").first ?? component
            return stem.split(separator: "+").contains { part in
                emptyNames.contains(part.lowercased())
                    || emptyEndings.contains { part.hasSuffix($0) }
            }
        }
    }

    /// Home folders, and the roots that working copies here have had.
    private static let machineFolders = ["work", "root", "farm", "tmp/wt", "home", "Users"]

    private static func namesMachinePath(_ line: String) -> Bool {
        machineFolders.contains { folder in
            line.ranges(of: "/" + folder).contains { range in
                let before = line[..<range.lowerBound].last
                let after = line[range.upperBound...].first
                // Part of a longer path or a word, an address, or a closing tag.
                let isInside = before.map { $0.isLetter || $0.isNumber || "_-./}<>~$".contains($0) }
                return isInside != true && (after == "/" || endsWord(after, folder: folder))
            }
        }
    }

    /// `home` and `Users` are words of the language too: they count only with a path behind them.
    private static func endsWord(_ after: Character?, folder: String) -> Bool {
        if ["home", "Users"].contains(folder) { return false }
        return after.map { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") } ?? true
    }
}
