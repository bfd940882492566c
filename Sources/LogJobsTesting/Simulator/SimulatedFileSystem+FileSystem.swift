package import LogJobs
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension SimulatedFileSystem: FileSystem {
    package func makeFolder(_ path: String) throws(SystemCallError) {
        try perform(CallRecord(.makeFolder, path)) { state throws(ErrorNumber) in
            try state.disk.makeFolder(path)
        }
    }

    /// The names in an order that is always the same, and never the one a program might hope for.
    package func names(inFolder path: String) throws(SystemCallError) -> [String] {
        try perform(CallRecord(.names, path)) { state throws(ErrorNumber) in
            let node = state.disk[try state.disk.find(path)]
            guard node.kind == .folder else { throw ErrorNumber(ENOTDIR) }
            return node.cachedNames.entries.keys.sorted(by: >)
        }
    }

    package func status(of path: String) throws(SystemCallError) -> FileStatus? {
        try perform(CallRecord(.statusOfPath, path)) { state throws(ErrorNumber) in
            do throws(ErrorNumber) {
                return state.disk.status(of: try state.disk.find(path))
            } catch  where error.rawValue == ENOENT || error.rawValue == ENOTDIR {
                return nil
            }
        }
    }

    package func open(_ path: String, _ mode: FileOpenMode) throws(SystemCallError) -> FileHandle {
        try perform(CallRecord(.open, path)) { state throws(ErrorNumber) in
            let node = try state.disk.nodeToOpen(path, mode)
            return state.addHandle(for: node, path: path, isWritable: mode != .read)
        }
    }

    package func status(of handle: FileHandle) throws(SystemCallError) -> FileStatus {
        try perform(.statusOfHandle, handle) { state, file throws(ErrorNumber) in
            state.disk.status(of: file.node)
        }
    }

    package func close(_ handle: FileHandle) {
        let discard: WhenFailing = { state, _ in
            state.discard(handle)
        }
        attempt(.close, handle, whenFailing: discard) { state, _ in state.discard(handle) }
    }

    package func read(
        _ handle: FileHandle,
        at offset: UInt64,
        count: Int
    ) throws(SystemCallError) -> [UInt8] {
        let size = UInt64(clamping: count)
        return try perform(.read, handle, offset: offset, size: size) {
            state,
            file throws(ErrorNumber) in
            let node = state.disk[file.node]
            guard node.kind == .file else { throw ErrorNumber(EISDIR) }
            let start = Int(clamping: offset)
            if node.unreadable.contains(where: { $0.overlaps(start..<start + count) }) {
                throw ErrorNumber(EIO)
            }
            return node.cached.read(at: Int(clamping: offset), count: count)
        }
    }

    package func write(
        _ handle: FileHandle,
        _ bytes: [UInt8],
        at offset: UInt64
    ) throws(SystemCallError) {
        let size = UInt64(bytes.count)
        let writeHalf: WhenFailing = { state, effect in
            guard effect == .half, let file = state.openFiles[handle], file.isWritable else {
                return
            }
            let half = Array(bytes.prefix(bytes.count / 2))
            // It fails anyway, whatever its half says.
            do throws(ErrorNumber) {
                try state.disk.write(half, to: file.node, at: offset)
            } catch {}
        }
        try perform(.write, handle, offset: offset, size: size, whenFailing: writeHalf) {
            state,
            file throws(ErrorNumber) in
            guard file.isWritable else { throw ErrorNumber(EBADF) }
            try state.disk.write(bytes, to: file.node, at: offset)
        }
    }

    package func allocate(_ handle: FileHandle, size: UInt64) throws(SystemCallError) {
        try perform(.allocate, handle, size: size) { state, file throws(ErrorNumber) in
            guard state.disk.status(of: file.node).size < size else { return }
            guard file.isWritable else { throw ErrorNumber(EBADF) }
            try state.disk.setSize(of: file.node, to: size)
        }
    }

    package func truncate(_ handle: FileHandle, to size: UInt64) throws(SystemCallError) {
        try perform(.truncate, handle, size: size) { state, file throws(ErrorNumber) in
            guard file.isWritable else { throw ErrorNumber(EINVAL) }
            try state.disk.setSize(of: file.node, to: size)
        }
    }

    package func punch(_ handle: FileHandle, from offset: UInt64) throws(SystemCallError) {
        try perform(.punch, handle, offset: offset) { state, file throws(ErrorNumber) in
            guard file.isWritable else { throw ErrorNumber(EBADF) }
            state.disk.punch(file.node, from: offset)
        }
    }

    package func rename(_ path: String, to newPath: String) throws(SystemCallError) {
        try perform(CallRecord(.rename, path, newPath: newPath)) { state throws(ErrorNumber) in
            try state.disk.rename(path, to: newPath)
            state.renameHandles(of: path, to: newPath)
        }
    }

    package func link(_ path: String, to newPath: String) throws(SystemCallError) {
        try perform(CallRecord(.link, path, newPath: newPath)) { state throws(ErrorNumber) in
            try state.disk.link(path, to: newPath)
        }
    }

    package func removeFolder(_ path: String) throws(SystemCallError) {
        try perform(CallRecord(.removeFolder, path)) { state throws(ErrorNumber) in
            try state.disk.removeFolder(path)
        }
    }

    package func remove(_ path: String) throws(SystemCallError) {
        try perform(CallRecord(.remove, path)) { state throws(ErrorNumber) in
            try state.disk.remove(path)
        }
    }

    package func lock(_ handle: FileHandle) throws(SystemCallError) -> Bool {
        try perform(.lock, handle) { state, file throws(ErrorNumber) in
            let holder = state.locks[file.node, default: handle]
            state.locks[file.node] = holder
            return holder == handle
        }
    }
}

// MARK: - Syncing

extension SimulatedFileSystem {
    package func sync(_ handle: FileHandle) throws(SystemCallError) {
        let dropChanges: WhenFailing = { state, _ in
            if let file = state.openFiles[handle] { state.disk.failSync(of: file.node) }
        }
        try perform(.sync, handle, whenFailing: dropChanges) { state, file throws(ErrorNumber) in
            state.disk.syncAll(of: file.node)
        }
    }

    package func syncFolder(_ path: String) throws(SystemCallError) {
        let dropChanges: WhenFailing = { state, _ in
            do throws(ErrorNumber) {
                state.disk.failSync(of: try state.disk.find(path))
            } catch {
                // No folder, nothing to lose.
            }
        }
        try perform(
            CallRecord(.syncFolder, path),
            whenFailing: dropChanges
        ) { state throws(ErrorNumber) in
            let id = try state.disk.find(path)
            guard state.disk[id].kind == .folder else { throw ErrorNumber(ENOTDIR) }
            state.disk.syncAll(of: id)
        }
    }

    /// Makes reads of the file see the device: after a failed sync, what it did not write is gone.
    package func dropCache(_ handle: FileHandle) {
        attempt(.dropCache, handle) { state, file in
            if state.disk[file.node].kind == .file { state.disk.dropCache(of: file.node) }
        }
    }
}

// MARK: - What the calls have in common

extension SimulatedFileSystem {
    /// What a call does nevertheless when it fails by plan.
    fileprivate typealias WhenFailing = @Sendable (inout State, FaultPlan.Fault.Effect) -> Void

    private func perform<Value: Sendable>(
        _ record: CallRecord,
        whenFailing: WhenFailing = { _, _ in },
        _ body: @Sendable (inout State) throws(ErrorNumber) -> Value
    ) throws(SystemCallError) -> Value {
        try state.withLock { state throws(SystemCallError) in
            try state.perform(record, whenFailing: whenFailing, body)
        }
    }

    private func perform<Value: Sendable>(
        _ call: SimulatedCall,
        _ handle: FileHandle,
        offset: UInt64? = nil,
        size: UInt64? = nil,
        whenFailing: WhenFailing = { _, _ in },
        _ body: @Sendable (inout State, OpenFile) throws(ErrorNumber) -> Value
    ) throws(SystemCallError) -> Value {
        try state.withLock { state throws(SystemCallError) in
            let path = state.openFiles[handle]?.path ?? "closed handle \(handle.rawValue)"
            let record = CallRecord(call, path, offset: offset, size: size)
            return try state.perform(record, whenFailing: whenFailing) {
                state throws(ErrorNumber) in
                guard let file = state.openFiles[handle] else { throw ErrorNumber(EBADF) }
                return try body(&state, file)
            }
        }
    }

    /// Makes a call that tells nobody when it fails.
    private func attempt(
        _ call: SimulatedCall,
        _ handle: FileHandle,
        whenFailing: WhenFailing = { _, _ in },
        _ body: @Sendable (inout State, OpenFile) -> Void
    ) {
        do throws(SystemCallError) {
            try perform(call, handle, whenFailing: whenFailing) {
                state,
                file throws(ErrorNumber) in body(&state, file)
            }
        } catch {
            // As the protocol says of these calls.
        }
    }
}

extension SimulatedFileSystem.State {
    fileprivate mutating func addHandle(
        for node: SimulatedDisk.NodeID,
        path: String,
        isWritable: Bool
    ) -> FileHandle {
        handleLast += 1
        let handle = FileHandle(rawValue: handleLast)
        openFiles[handle] = .init(node: node, path: path, isWritable: isWritable)
        disk.nodes[node]?.openCount += 1
        return handle
    }

    /// Lets records and errors name a file as it is called now.
    fileprivate mutating func renameHandles(of path: String, to newPath: String) {
        for (handle, file) in openFiles where file.path == path {
            openFiles[handle]?.path = newPath
        }
    }

    /// Ends a handle, and with it the lock that it holds.
    fileprivate mutating func discard(_ handle: FileHandle) {
        guard let file = openFiles.removeValue(forKey: handle) else { return }
        if locks[file.node] == handle { locks[file.node] = nil }
        disk.nodes[file.node]?.openCount -= 1
        disk.discardIfUnreachable(file.node)
    }
}

extension SimulatedDisk {
    /// Finds or makes what a path is to be opened as.
    fileprivate mutating func nodeToOpen(
        _ path: String,
        _ mode: FileOpenMode
    ) throws(ErrorNumber) -> NodeID {
        switch mode {
        case .read:
            return try find(path)
        case .readWrite:
            let id = try find(path)
            guard self[id].kind == .file else { throw ErrorNumber(EISDIR) }
            return id
        case .create:
            guard try !Self.parts(of: path).isEmpty else { throw ErrorNumber(EEXIST) }
            let (name, taken) = try findName(path)
            guard taken == nil else { throw ErrorNumber(EEXIST) }
            return make(.file, at: name)
        case .readWriteOrCreate:
            guard try !Self.parts(of: path).isEmpty else { throw ErrorNumber(EISDIR) }
            let (name, found) = try findName(path)
            guard let id = found else { return make(.file, at: name) }
            guard self[id].kind == .file else { throw ErrorNumber(EISDIR) }
            return id
        }
    }

    /// A sync of a file or, through its handle or path, of a folder.
    fileprivate mutating func syncAll(of id: NodeID) {
        self[id].kind == .folder ? syncNames(inFolder: id) : sync(id)
    }

    fileprivate mutating func failSync(of id: NodeID) {
        self[id].kind == .folder ? dropNameChanges(inFolder: id) : dropChanges(of: id)
    }
}
