import Synchronization

/// The files that wait to become segments: the next one, and the ballast for a full disk.
///
/// They are whole and synced before anyone needs them, so that a commit is an overwrite of blocks
/// that are there, and so that jobs that run can end although the disk is full. A file leaves by
/// being renamed; space is given back to the disk and asked for again only where there is no other
/// way, since another program could take it in between.
package final class SegmentPreparer: Sendable {
    /// A file that is taken and must be renamed.
    package struct Prepared: Hashable, Sendable {
        package var name: String
        package var size: UInt64
    }

    private struct State {
        var next: Prepared?
        var ballast: [Prepared]
        /// The files of another process, of which not all may be zeros.
        var found: Set<String> = []
        /// Whether a file was taken that still has its name.
        var isTaken = false
        /// Whether the folder may belong to another process from now on.
        var hasEnded = false
    }

    private let folder: StoreFolder
    /// The size of a file of ballast when little runs.
    private let leastSize: UInt64
    private let wantedSize: Atomic<UInt64>
    // Held during the preparation: whoever needs the file meanwhile has to wait for it anyway.
    private let state: Mutex<State>

    /// Takes over what a folder has.
    package init(in folder: StoreFolder, ballastSize: UInt64) throws(SystemCallError) {
        self.folder = folder
        leastSize = ballastSize
        wantedSize = Atomic(ballastSize)
        var state = State(next: nil, ballast: [])
        state.next = try Self.find(StoreFolder.nextSegmentName, in: folder)
        for name in StoreFolder.ballastNames {
            if let file = try Self.find(name, in: folder) { state.ballast.append(file) }
        }
        state.found = Set((state.ballast + [state.next].compactMap(\.self)).map(\.name))
        self.state = Mutex(state)
    }

    private static func find(
        _ name: String,
        in folder: StoreFolder
    ) throws(SystemCallError) -> Prepared? {
        try folder.fileSystem.status(of: folder.path(of: name)).map { status in
            Prepared(name: name, size: status.size)
        }
    }

    /// How large each file of the ballast should be.
    package var ballastSize: UInt64 { wantedSize.load(ordering: .relaxed) }

    /// Asks for files of ballast with room for so many bytes, and some more; larger ones that are
    /// there stay.
    package func fitBallast(to byteCount: Int) {
        let least = UInt64(byteCount + Self.segmentBeginning)
        var size = leastSize
        if least > size {
            while size < least + least / 2 { size *= 2 }
        }
        wantedSize.store(size, ordering: .relaxed)
    }

    /// Gives back what files of ballast have beyond what is asked for.
    package func cutBallast() throws(SystemCallError) {
        try state.withLock { state throws(SystemCallError) in
            for index in state.ballast.indices {
                state.ballast[index] = try cut(state.ballast[index], to: ballastSize)
            }
        }
    }

    /// Whether all is there that is kept for a full disk.
    package var hasBallast: Bool {
        state.withLock { state in
            let whole = state.ballast.count { $0.size >= ballastSize }
            return whole == StoreFolder.ballastNames.count
        }
    }

    /// The space that is kept back, without what a segment has before its first event.
    package var ballast: CommitMachine.Ballast {
        state.withLock { state in
            let sizes = state.ballast.map { Int(clamping: $0.size) - Self.segmentBeginning }
            let usable = sizes.filter { $0 > 0 }
            return CommitMachine.Ballast(fileCount: usable.count, bytes: usable.reduce(0, +))
        }
    }

    /// The header, and about what a small baseline takes.
    private static let segmentBeginning = SegmentHeader.size + 2048

    /// Makes the missing ballast, then the next segment, unless one is there that is large enough.
    ///
    /// - Returns: Whether all of it is there now.
    package func restore(nextSize: UInt64) throws(SystemCallError) -> Bool {
        try state.withLock { state throws(SystemCallError) in
            guard try makeBallast(&state, size: ballastSize) else { return false }
            return try makeNext(size: nextSize, in: &state)
        }
    }

    /// Makes the ballast that is missing or too small.
    ///
    /// - Returns: Whether all of it is there now.
    package func restoreBallast() throws(SystemCallError) -> Bool {
        try state.withLock { state throws(SystemCallError) in
            try makeBallast(&state, size: ballastSize)
        }
    }

    /// Makes the manifest's spare, if need be in the place of some ballast: without a spare nothing
    /// could be done with that either.
    ///
    /// - Returns: Whether it is there now.
    package func prepareSpare(after manifest: Manifest) throws(SystemCallError) -> Bool {
        let file = ManifestFile(in: folder)
        if try file.prepareSpare(after: manifest) { return true }
        let isLent = try state.withLock { state throws(SystemCallError) in
            let size = ManifestFile.spareSize(after: manifest)
            let largest = state.ballast.indices.max {
                state.ballast[$0].size < state.ballast[$1].size
            }
            guard !state.hasEnded, let largest, state.ballast[largest].size > 2 * size else {
                return false
            }
            try shorten(&state.ballast[largest], to: state.ballast[largest].size - size)
            return true
        }
        return isLent ? try file.prepareSpare(after: manifest) : false
    }

    /// Makes of the missing ballast as much as there is room for.
    package func saveBallast() throws(SystemCallError) {
        try state.withLock { state throws(SystemCallError) in
            var size = ballastSize
            // As fine as a disk has blocks: another program may take what is left.
            let step = max(size / 256, min(4096, size / 8))
            while try !makeBallast(&state, size: size), size > step { size -= step }
        }
    }

    private func makeBallast(
        _ state: inout State,
        size: UInt64
    ) throws(SystemCallError) -> Bool {
        guard !state.hasEnded, !state.isTaken else { return false }
        for name in StoreFolder.ballastNames {
            let present = state.ballast.first { $0.name == name }
            if let present, present.size >= size { continue }
            guard try make(name, size: size) else { return false }
            state.found.remove(name)
            state.ballast.removeAll { $0.name == name }
            state.ballast.append(Prepared(name: name, size: size))
        }
        return true
    }

    /// The file that was taken has another name now: its own may be given again.
    ///
    /// What would happen if files were prepared in between:
    /// 1. The writer takes the next segment, and writes the end of the active one.
    /// 2. A preparation that was asked for before finds no next one, and renames its zeros over the
    ///    file that was taken.
    /// 3. The writer renames those zeros to the segment's name. What it writes has none.
    package func renamed() {
        state.withLock { $0.isTaken = false }
    }

    /// Waits for the preparation that is under way, and lets no other begin.
    ///
    /// Crash story, of a store that gave back its lock before:
    /// 1. A prepares the next segment in the background, and gives back the lock.
    /// 2. B opens the store, prepares a file of its own, and writes the beginning of a segment
    ///    into it.
    /// 3. A is done, and renames its zeros over that file. B renames them to the segment's name:
    ///    its own file, to which it goes on writing, has none any more.
    package func end() {
        state.withLock { $0.hasEnded = true }
    }

    /// Takes a file of at least a size, making it if need be.
    ///
    /// - Parameters:
    ///   - size: What it must have.
    ///   - target: What it should have, if it has to be made.
    ///   - usesBallast: Whether ballast may be taken when there is no room for another.
    /// - Returns: The file, for the caller to rename, and then to say so by ``renamed()``; `nil`
    ///   when there is no room.
    /// - Throws: What a call of the file system throws but for want of room.
    package func take(
        size: UInt64,
        target: UInt64,
        usesBallast: Bool
    ) throws(SystemCallError) -> Prepared? {
        try state.withLock { state throws(SystemCallError) in
            // Not in drops: each small segment would take a header and a manifest of its own.
            let isEmpty = usesBallast && state.ballast.isEmpty
            let least = isEmpty ? size : max(size, min(target, ballastSize))
            if try makeNext(size: max(size, target), orAtLeast: least, in: &state) {
                guard let next = state.next else { return nil }
                let file = try cut(next, to: max(size, target))
                state.next = file
                try makeZeros(of: file, &state)
                (state.next, state.isTaken) = (nil, true)
                return file
            }
            guard usesBallast else { return nil }
            let fitting = state.ballast.indices.filter { state.ballast[$0].size >= size }
            guard let index = fitting.min(by: { state.ballast[$0].size < state.ballast[$1].size })
            else { return nil }
            try makeZeros(of: state.ballast[index], &state)
            state.isTaken = true
            return state.ballast.remove(at: index)
        }
    }

    /// Removes what a process has left in a file that it had taken, and did not come to rename.
    ///
    /// What would happen otherwise:
    /// 1. An opening writes the beginning of a segment, and dies.
    /// 2. The next one writes a shorter one into the same file. Behind its end stands the rest of
    ///    the other, as if something there were damaged.
    private func makeZeros(
        of file: Prepared,
        _ state: inout State
    ) throws(SystemCallError) {
        guard state.found.contains(file.name) else { return }
        try folder.makeZeros(of: file.name)
        state.found.remove(file.name)
    }

    private func makeNext(
        size: UInt64,
        orAtLeast least: UInt64? = nil,
        in state: inout State
    ) throws(SystemCallError) -> Bool {
        if let next = state.next, next.size >= least ?? size { return true }
        for size in Set([size, least ?? size]).sorted(by: >) {
            guard try make(StoreFolder.nextSegmentName, size: size) else { continue }
            state.found.remove(StoreFolder.nextSegmentName)
            state.next = Prepared(name: StoreFolder.nextSegmentName, size: size)
            return true
        }
        return false
    }

    /// Gives back most of a file that is far larger than it has to be: one that was prepared when
    /// segments were large, and would now, after an opening, hold little for ever.
    ///
    /// It is all zeros, and no manifest names it: a crash leaves it long or short.
    private func cut(_ file: Prepared, to size: UInt64) throws(SystemCallError) -> Prepared {
        guard file.size > 2 * size else { return file }
        var file = file
        try shorten(&file, to: size)
        return file
    }

    private func shorten(_ file: inout Prepared, to size: UInt64) throws(SystemCallError) {
        let handle = try folder.fileSystem.open(folder.path(of: file.name), .readWrite)
        defer { folder.fileSystem.close(handle) }
        try folder.fileSystem.truncate(handle, to: size)
        file.size = size
    }

    private func make(_ name: String, size: UInt64) throws(SystemCallError) -> Bool {
        do throws(SystemCallError) {
            try folder.makeZeroFile(name, size: size, as: StoreFolder.preparingName)
            // What is kept for a full disk must be there after a loss of power too.
            try folder.sync()
            return true
        } catch  where error.isOutOfSpace {
            return false
        }
    }
}
