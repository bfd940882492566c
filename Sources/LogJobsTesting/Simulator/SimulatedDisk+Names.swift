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
        move(id, from: nil, to: name)
        return id
    }

    /// Makes a folder at a path.
    mutating func makeFolder(_ path: String) throws(ErrorNumber) {
        guard try !Self.parts(of: path).isEmpty else { throw ErrorNumber(EEXIST) }
        let (name, taken) = try findName(path)
        guard taken == nil else { throw ErrorNumber(EEXIST) }
        _ = make(.folder, at: name)
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
        move(id, from: oldName, to: newName)
    }

    /// Removes the name of a file, which lives on while it is open.
    mutating func remove(_ path: String) throws(ErrorNumber) {
        let (name, found) = try findName(path)
        guard let id = found else { throw ErrorNumber(ENOENT) }
        guard self[id].kind != .folder else { throw ErrorNumber(EISDIR) }
        move(id, from: name, to: nil)
    }

    /// Makes durable what was done to the names in a folder.
    ///
    /// A rename between two folders is one transaction, as in every journal: the sync of either
    /// makes it durable, and before it all that was done earlier in the other.
    mutating func syncNames(inFolder id: NodeID) {
        let (synced, rest) = nameChanges(concerning: id)
        nameChanges = rest
        for change in synced { place(change.node, at: change.to, in: \.durableNames) }
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

    /// Puts a node at a name, in place of what had it, or takes its name away.
    mutating func place(_ id: NodeID, at name: Name?, in names: WritableKeyPath<Node, Names>) {
        if let old = nodes[id]?[keyPath: names].place {
            nodes[old.folder]?[keyPath: names].entries[old.text] = nil
        }
        if let name {
            if let displaced = nodes[name.folder]?[keyPath: names].entries[name.text] {
                nodes[displaced]?[keyPath: names].place = nil
            }
            nodes[name.folder]?[keyPath: names].entries[name.text] = id
        }
        nodes[id]?[keyPath: names].place = name
    }

    private mutating func move(_ id: NodeID, from old: Name?, to new: Name?) {
        let displaced = new.flatMap { self[$0.folder].cachedNames.entries[$0.text] }
        place(id, at: new, in: \.cachedNames)
        nameChanges.append(NameChange(sequence: nextSequence(), node: id, from: old, to: new))
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
