extension TreeFile {
    /// The files and folders that a Markdown file links to, by their paths from the root.
    ///
    /// Addresses, links within the page and DocC's own (`doc:…`, images by name) are not among
    /// them; neither is what stands in code.
    func links() -> [(path: String, line: Int)] {
        var isInFence = false
        var found: [(path: String, line: Int)] = []
        for (index, line) in lines.enumerated() {
            if line.drop(while: { $0 == " " }).hasPrefix("```") {
                isInFence.toggle()
            } else if !isInFence {
                for target in Self.targets(in: line) where isPath(target) {
                    found.append((resolved(target), index + 1))
                }
            }
        }
        return found
    }

    /// What stands in `](…)`, and behind `[name]:` at the start of a line.
    private static func targets(in line: String) -> [String] {
        let parts = line.split(separator: "`", omittingEmptySubsequences: false)
        let prose = parts.enumerated().map { $0.offset.isMultiple(of: 2) ? $0.element : "code" }
        var rest = prose.joined()[...]
        var targets: [String] = []
        if rest.hasPrefix("["), let colon = rest.firstRange(of: "]: ") {
            targets.append(String(rest[colon.upperBound...]))
        }
        while let opening = rest.firstRange(of: "](") {
            rest = rest[opening.upperBound...]
            guard let end = rest.firstIndex(of: ")") else { break }
            targets.append(String(rest[..<end]))
        }
        // A title may follow the target: [text](target "title").
        return targets.compactMap { $0.split(separator: " ").first.map(String.init) }
    }

    private func isPath(_ target: String) -> Bool {
        if target.hasPrefix("#") || target.contains("://") { return false }
        if ["mailto:", "doc:"].contains(where: target.hasPrefix) { return false }
        return !(path.contains(".docc/") && !target.contains("/"))
    }

    private func resolved(_ target: String) -> String {
        let file = target.split(separator: "#", maxSplits: 1).first.map(String.init) ?? ""
        var components = path.split(separator: "/").dropLast().map(String.init)
        for component in file.split(separator: "/") where component != "." {
            if component != ".." {
                components.append(String(component))
            } else if components.popLast() == nil {
                // Above the root there is nothing of ours: keep the step, so that it is not found.
                return target
            }
        }
        return components.joined(separator: "/")
    }
}
