import LogJobs

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension SimulatedDisk {
    /// Makes a file or folder with a name that is free.
    mutating func make(_ kind: FileStatus.Kind, at name: Name) -> NodeID {
        let id = makeNode(kind)
        move(id, link: 0, from: nil, to: name)
        return id
    }

    /// Makes a folder at a path.
    mutating func makeFolder(_ path: String) throws(ErrorNumber) {
        guard try !Self.parts(of: path).isEmpty else { throw ErrorNumber(EEXIST) }
        let (name, taken) = try findName(path)
        guard taken == nil else { throw ErrorNumber(EEXIST) }
        _ = make(.folder, at: name)
    }

    /// Gives a file one more name.
    mutating func link(_ path: String, to newPath: String) throws(ErrorNumber) {
        let id = try find(path)
        let (newName, taken) = try findName(newPath)
        guard self[id].kind == .file else { throw ErrorNumber(EPERM) }
        guard taken == nil else { throw ErrorNumber(EEXIST) }
        let link = self[id].linkCount
        nodes[id]?.linkCount += 1
        move(id, link: link, from: nil, to: newName)
    }

    /// Gives what is at a path another name.
    mutating func rename(_ path: String, to newPath: String) throws(ErrorNumber) {
        let (oldName, found) = try findName(path)
        let (newName, replaced) = try findName(newPath)
        guard let id = found else { throw ErrorNumber(ENOENT) }
        if id == replaced { return }
        if self[id].kind == .folder {
            guard !isFolder(newName.folder, inside: id) else { throw ErrorNumber(EINVAL) }
            if let replaced {
                guard self[replaced].kind == .folder else { throw ErrorNumber(ENOTDIR) }
                guard self[replaced].cachedNames.entries.isEmpty else {
                    throw ErrorNumber(ENOTEMPTY)
                }
            }
        } else if let replaced, self[replaced].kind == .folder {
            throw ErrorNumber(EISDIR)
        }
        guard let link = self[id].cachedNames.link(at: oldName) else { throw ErrorNumber(ENOENT) }
        move(id, link: link, from: oldName, to: newName)
    }

    /// Removes an empty folder.
    mutating func removeFolder(_ path: String) throws(ErrorNumber) {
        let (name, found) = try findName(path)
        guard let id = found else { throw ErrorNumber(ENOENT) }
        guard self[id].kind == .folder else { throw ErrorNumber(ENOTDIR) }
        guard self[id].cachedNames.entries.isEmpty else { throw ErrorNumber(ENOTEMPTY) }
        move(id, link: 0, from: name, to: nil)
    }

    /// Removes the name of a file, which lives on while it is open.
    mutating func remove(_ path: String) throws(ErrorNumber) {
        let (name, found) = try findName(path)
        guard let id = found else { throw ErrorNumber(ENOENT) }
        guard self[id].kind != .folder else { throw ErrorNumber(EISDIR) }
        guard let link = self[id].cachedNames.link(at: name) else { throw ErrorNumber(ENOENT) }
        move(id, link: link, from: name, to: nil)
    }

    /// Makes durable what was done to the names in a folder.
    ///
    /// A rename between two folders is one transaction, as in every journal: the sync of either
    /// makes it durable, and before it all that was done earlier in the other.
    mutating func syncNames(inFolder id: NodeID) {
        let (synced, rest) = nameChanges(concerning: id)
        nameChanges = rest
        for change in synced { carryOut(change) }
        discardUnreachable()
    }

    /// Forgets what was done to the names in a folder: its sync failed, and no later one does it.
    mutating func dropNameChanges(inFolder id: NodeID) {
        nameChanges = nameChanges(concerning: id).rest
        discardUnreachable()
    }

    /// Lets go of a file that nothing leads to any more.
    mutating func discardIfUnreachable(_ id: NodeID) {
        guard let node = nodes[id], node.kind != .folder, node.openCount == 0 else { return }
        guard node.cachedNames.place == nil, node.durableNames.place == nil else { return }
        guard !nameChanges.contains(where: { $0.node == id }) else { return }
        nodes[id] = nil
    }

    /// Makes a change of a name durable.
    mutating func carryOut(_ change: NameChange) {
        place(change.node, link: change.link, at: change.to, in: \.durableNames)
    }

    /// Puts a link of a node at a name, in place of what had it, or takes its name away.
    mutating func place(
        _ id: NodeID,
        link: Int = 0,
        at name: Name?,
        in names: WritableKeyPath<Node, Names>
    ) {
        if let old = nodes[id]?[keyPath: names].places[link] {
            nodes[old.folder]?[keyPath: names].entries[old.text] = nil
        }
        if let name {
            if let displaced = nodes[name.folder]?[keyPath: names].entries[name.text],
                let other = nodes[displaced]?[keyPath: names].link(at: name)
            {
                nodes[displaced]?[keyPath: names].places[other] = nil
            }
            nodes[name.folder]?[keyPath: names].entries[name.text] = id
        }
        nodes[id]?[keyPath: names].places[link] = name
    }

    private mutating func move(_ id: NodeID, link: Int, from old: Name?, to new: Name?) {
        let displaced = new.flatMap { self[$0.folder].cachedNames.entries[$0.text] }
        place(id, link: link, at: new, in: \.cachedNames)
        nameChanges.append(
            NameChange(sequence: nextSequence(), node: id, link: link, from: old, to: new)
        )
        if let displaced { discardIfUnreachable(displaced) }
    }

    /// The changes that go with a sync of a folder, and the others; both in their order.
    private func nameChanges(concerning id: NodeID) -> (of: [NameChange], rest: [NameChange]) {
        var folders: Set<NodeID> = [id]
        var concerned: [NameChange] = []
        var rest: [NameChange] = []
        for change in nameChanges.reversed() {
            if change.folders.contains(where: folders.contains) {
                folders.formUnion(change.folders)
                concerned.append(change)
            } else {
                rest.append(change)
            }
        }
        return (concerned.reversed(), rest.reversed())
    }

    private mutating func discardUnreachable() {
        for id in Array(nodes.keys) { discardIfUnreachable(id) }
    }

    private func isFolder(_ id: NodeID, inside other: NodeID) -> Bool {
        var next: NodeID? = id
        while let folder = next {
            if folder == other { return true }
            next = self[folder].cachedNames.place?.folder
        }
        return false
    }
}
