import LogJobs
import Synchronization

/// Looking at the disk and damaging it past the calls: not counted, and not failed by plan.
extension SimulatedFileSystem {
    /// The paths of all files, and of all folders with a slash behind, in order.
    package var paths: [String] {
        state.withLock(\.disk.paths)
    }

    /// What reads of a file see; `nil` when there is no such file.
    package func bytes(of path: String) -> [UInt8]? {
        state.withLock { state in
            guard let node = state.disk.file(path) else { return nil }
            return state.disk[node].cached.bytes
        }
    }

    /// Replaces the content of a file, durably; what was pending for it is forgotten.
    ///
    /// A missing file is made, with the folders above it, as if all had been synced. The name of
    /// one that is there stays as durable as it was.
    package func setBytes(of path: String, _ bytes: [UInt8]) {
        state.withLock { state in
            let id = state.disk.file(path) ?? state.disk.makeDurableFile(path)
            let content = SimulatedContent(bytes)
            state.disk.nodes[id]?.cached = content
            state.disk.nodes[id]?.durable = content
            state.disk.nodes[id]?.changes = []
        }
    }

    /// Turns one bit of a file over, durably; bit 0 is the lowest of the first byte.
    package func flipBit(of path: String, _ bit: Int) {
        state.withLock { state in
            guard let id = state.disk.file(path) else {
                preconditionFailure("There is no file \(path) to damage")
            }
            state.disk.nodes[id]?.cached.flipBit(bit)
            let isShorter = bit / 8 >= state.disk[id].durable.size
            if !isShorter { state.disk.nodes[id]?.durable.flipBit(bit) }
        }
    }

    /// Lets all reads fail from now on that touch some bytes of a file.
    package func makeUnreadable(_ path: String, _ bytes: Range<Int>) {
        state.withLock { state in
            guard let id = state.disk.file(path) else {
                preconditionFailure("There is no file \(path) to damage")
            }
            state.disk.nodes[id]?.unreadable.append(bytes)
        }
    }

    /// Takes the name of a file away, durably.
    package func removeFile(_ path: String) {
        state.withLock { state in
            guard let id = state.disk.file(path), let link = state.disk.link(at: path) else {
                preconditionFailure("There is no file \(path) to remove")
            }
            state.disk.nameChanges.removeAll { $0.node == id && $0.link == link }
            state.disk.place(id, link: link, at: nil, in: \.cachedNames)
            state.disk.place(id, link: link, at: nil, in: \.durableNames)
            state.disk.discardIfUnreachable(id)
        }
    }
}

extension SimulatedDisk {
    /// The file at a path; `nil` when there is none, or something else.
    fileprivate func file(_ path: String) -> NodeID? {
        do throws(ErrorNumber) {
            let id = try find(path)
            return self[id].kind == .file ? id : nil
        } catch {
            return nil
        }
    }

    /// The link of a file that a path leads to.
    fileprivate func link(at path: String) -> Int? {
        do throws(ErrorNumber) {
            let (name, id) = try findName(path)
            return id.flatMap { self[$0].cachedNames.link(at: name) }
        } catch {
            return nil
        }
    }

    /// Makes an empty file and the folders above it, as if all had been synced.
    fileprivate mutating func makeDurableFile(_ path: String) -> NodeID {
        let parts = path.split(separator: "/").map(String.init)
        precondition(!parts.isEmpty, "A file needs a name")
        var id = Self.root
        for (index, part) in parts.enumerated() {
            precondition(self[id].kind == .folder, "\(path) leads through a file")
            if let next = self[id].cachedNames.entries[part] {
                id = next
                continue
            }
            let node = makeNode(index == parts.count - 1 ? .file : .folder)
            place(node, at: Name(folder: id, text: part), in: \.cachedNames)
            place(node, at: Name(folder: id, text: part), in: \.durableNames)
            id = node
        }
        precondition(self[id].kind == .file, "\(path) is a folder")
        return id
    }
}
