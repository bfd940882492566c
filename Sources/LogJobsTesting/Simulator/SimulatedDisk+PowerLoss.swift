/// Something that was done and is lost if the power fails before it is synced.
package struct PendingOperation: Hashable, Sendable {
    package enum Effect: Hashable, Sendable {
        case write(offset: Int, size: Int)
        case setSize(Int)
        /// A file or folder was made, or got one more name.
        case made
        case renamed(from: String)
        case removed
    }

    package var path: String
    package var effect: Effect
}

extension SimulatedDisk {
    /// A change of either kind, on its way to the device or not.
    enum Pending {
        case content(NodeID, Change)
        case name(NameChange)

        var sequence: UInt64 {
            switch self {
            case .content(_, let change): change.sequence
            case .name(let change): change.sequence
            }
        }
    }

    /// What a power failure might take, in the order in which it was done.
    ///
    /// Changes of a file without a name, now or on the device, are left out: none can show.
    var pending: [Pending] {
        let named = Set(nameChanges.compactMap { $0.to == nil ? nil : $0.node })
        var found = nameChanges.map(Pending.name)
        for (id, node) in nodes where node.durableNames.place != nil || named.contains(id) {
            for change in node.changes { found.append(.content(id, change)) }
        }
        return found.sorted { $0.sequence < $1.sequence }
    }

    /// How a change is called in a message.
    func describe(_ pending: Pending) -> PendingOperation {
        switch pending {
        case .content(let id, let change):
            let effect: PendingOperation.Effect =
                switch change.effect {
                case .write(let offset, let bytes): .write(offset: offset, size: bytes.count)
                case .setSize(let size): .setSize(size)
                }
            return PendingOperation(path: path(of: id), effect: effect)
        case .name(let change):
            let old = change.from.map(path(of:))
            guard let new = change.to.map(path(of:)) else {
                return PendingOperation(path: old ?? "", effect: .removed)
            }
            return PendingOperation(path: new, effect: old.map { .renamed(from: $0) } ?? .made)
        }
    }

    /// Becomes the disk as it is found after the power failed: what is kept is durable, what is not
    /// is gone, and nothing is open.
    mutating func losePower(keeping pattern: LossPattern) {
        var decision = LossDecision(pattern)
        let lost = pending
        for (index, pending) in lost.enumerated() where decision.keeps(index) {
            switch pending {
            case .content(let id, let change): keep(change, of: id, &decision)
            case .name(let change): carryOut(change)
            }
        }
        for case .content(let id, let change) in lost { harm(change, of: id, &decision) }
        nameChanges = []
        startAgain()
    }

    /// Nothing is open any more, as after the death of the process.
    mutating func closeAll() {
        for (id, node) in nodes where node.openCount > 0 {
            nodes[id]?.openCount = 0
            discardIfUnreachable(id)
        }
    }

    /// Harms what is on the device beside a write; the file does not become longer by it.
    private mutating func harm(_ change: Change, of id: NodeID, _ decision: inout LossDecision) {
        guard case .write(let offset, let bytes) = change.effect else { return }
        let size = self[id].durable.size
        for (start, garbage) in decision.harm(offset: offset, count: bytes.count)
        where start < size {
            nodes[id]?.durable.write(garbage.prefix(size - start), at: start)
        }
    }

    private mutating func keep(_ change: Change, of id: NodeID, _ decision: inout LossDecision) {
        guard case .write(let offset, let bytes) = change.effect else {
            nodes[id]?.durable.apply(change.effect)
            return
        }
        let kept = decision.keptParts(offset: offset, count: bytes.count)
        for part in kept.parts {
            nodes[id]?.durable.write(bytes[part], at: offset + part.lowerBound)
        }
        let size = self[id].durable.size
        if kept.keepsSize, size < offset + bytes.count {
            nodes[id]?.durable.setSize(offset + bytes.count)
        }
    }

    /// Reads everything anew from the device: only what the root leads to is there.
    private mutating func startAgain() {
        var found: [NodeID: Node] = [:]
        var waiting = [Self.root]
        while let id = waiting.popLast() {
            let old = self[id]
            var node = Node(kind: old.kind)
            node.linkCount = old.linkCount
            node.cached = old.durable
            node.durable = old.durable
            node.cachedNames = old.durableNames
            node.durableNames = old.durableNames
            found[id] = node
            waiting.append(contentsOf: old.durableNames.entries.values)
        }
        nodes = found
    }

    private func path(of name: Name) -> String {
        let folder = path(of: name.folder)
        return folder == "/" ? "/\(name.text)" : "\(folder)/\(name.text)"
    }
}
