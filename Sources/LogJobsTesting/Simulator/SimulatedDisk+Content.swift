#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension SimulatedDisk {
    /// Writes; when the disk is full, as much as there is room for, and then fails.
    mutating func write(
        _ bytes: [UInt8],
        to id: NodeID,
        at offset: UInt64
    ) throws(ErrorNumber) {
        guard let start = Int(exactly: offset),
            start <= SimulatedContent.sizeMax - bytes.count
        else { throw ErrorNumber(EFBIG) }
        let room = room(for: id, upTo: start + bytes.count)
        let fitting = max(0, min(bytes.count, room - start))
        if fitting > 0 {
            let part = fitting == bytes.count ? bytes : Array(bytes.prefix(fitting))
            change(id, .write(offset: start, bytes: part))
        }
        if fitting < bytes.count { throw ErrorNumber(ENOSPC) }
    }

    /// Cuts or grows a file, all or nothing.
    mutating func setSize(of id: NodeID, to size: UInt64) throws(ErrorNumber) {
        guard size <= UInt64(SimulatedContent.sizeMax) else { throw ErrorNumber(EFBIG) }
        let newSize = Int(size)
        guard room(for: id, upTo: newSize) >= newSize else { throw ErrorNumber(ENOSPC) }
        if newSize != self[id].cached.size { change(id, .setSize(newSize)) }
    }

    /// Lets the zeros at the end of a file use no room, until it is changed.
    mutating func punch(_ id: NodeID, from offset: UInt64) {
        let content = self[id].cached
        let start = min(content.size, Int(clamping: offset))
        precondition(content.read(at: start, count: content.size).allSatisfy { $0 == 0 })
        nodes[id]?.holeSize = content.size - start
    }

    /// Makes the content durable: all that was done since the last sync.
    mutating func sync(_ id: NodeID) {
        for change in self[id].changes { nodes[id]?.durable.apply(change.effect) }
        nodes[id]?.changes = []
    }

    /// Marks the content as synced without its being so, as Linux does when a sync fails.
    ///
    /// Reads still see it, and no later sync writes it.
    mutating func dropChanges(of id: NodeID) {
        nodes[id]?.changes = []
    }

    /// Makes reads see what the device has, but for what is still to be synced.
    ///
    /// The size is no part of the pages, and stays.
    mutating func dropCache(of id: NodeID) {
        let node = self[id]
        var content = node.durable
        for change in node.changes { content.apply(change.effect) }
        content.setSize(node.cached.size)
        nodes[id]?.cached = content
    }

    private mutating func change(_ id: NodeID, _ effect: Change.Effect) {
        let sequence = nextSequence()
        nodes[id]?.cached.apply(effect)
        nodes[id]?.holeSize = 0
        nodes[id]?.changes.append(Change(sequence: sequence, effect: effect))
    }

    /// Up to which size a file can have, if that is less than `size`.
    private func room(for id: NodeID, upTo size: Int) -> Int {
        let present = self[id].cached.size
        guard let capacity, size > present else { return size }
        let used = usedBytes
        let free = capacity > used ? capacity - used : 0
        return present + min(size - present, Int(clamping: free))
    }
}

extension SimulatedContent {
    /// Carries out a change.
    mutating func apply(_ effect: SimulatedDisk.Change.Effect) {
        switch effect {
        case .write(let offset, let bytes): write(bytes[...], at: offset)
        case .setSize(let size): setSize(size)
        }
    }
}
