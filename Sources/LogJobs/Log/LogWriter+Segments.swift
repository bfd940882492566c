import LazyJobs

// What the writer does to segments and manifest, beyond the commit.

extension LogWriter {
    /// Raises the end of the job ids.
    ///
    /// Crash story: ids are given out below the end that is durable. After a crash they go on
    /// behind it, so that an id once returned never names another job, whatever of its enqueueing
    /// has survived.
    mutating func extendJobIDs(to end: JobID) throws(SystemCallError) {
        var manifest = manifest
        manifest.jobIDEnd = end
        guard try preparer.prepareSpare(after: manifest) else {
            foundNoRoom()
            return
        }
        try replaceManifest(with: manifest)
        machine.extendedJobIDs(to: end)
    }

    /// Goes on in another segment.
    ///
    /// Crash story:
    /// 1. A file is found first: when there is none, nothing has changed.
    /// 2. The seal ends the active segment, and one sync makes all of it durable.
    /// 3. The other segment begins, see ``SegmentFile``; the manifest names it, durably.
    /// 4. The space behind the seal is given back. A crash before leaves it for good, and harmless.
    mutating func rotate(_ rotation: CommitMachine.Rotation) throws(SystemCallError) {
        let size = SegmentFile.size(
            baseline: rotation.baseline,
            payloadBytes: rotation.payloadBytes,
            alignment: sizes.commitAlignment
        )
        let target = nextSize(after: active.place.size)
        guard try preparer.prepareSpare(after: manifest),
            let prepared = try preparer.take(
                size: size,
                target: target,
                usesBallast: rotation.usesBallast
            )
        else {
            foundNoRoom()
            return
        }
        try folder.fileSystem.write(active.handle, rotation.seal.bytes, at: rotation.seal.offset)
        try folder.fileSystem.sync(active.handle)
        let next = try beginSegment(rotation, in: prepared)
        preparer.renamed()
        let previous = active
        active = next
        preparer.fitBallast(to: machine.keptRoom)
        catalog.add(SegmentCatalog.Segment(header: next.header))
        giveBackSpace(behind: rotation.seal, of: previous.handle)
        folder.fileSystem.close(previous.handle)
        machine.ballast = preparer.ballast
        machine.rotated(to: next.place)
        isUpkeepDue = true
        if !rotation.usesBallast { preparation = nextSize(after: next.place.size) }
    }

    private mutating func beginSegment(
        _ rotation: CommitMachine.Rotation,
        in prepared: SegmentPreparer.Prepared
    ) throws(SystemCallError) -> SegmentFile {
        let validEnd = rotation.seal.offset + UInt64(rotation.seal.bytes.count)
        var header = active.header
        header.segment = manifest.nextSegment
        header.salt = random()
        header.firstSequence = rotation.lastSequence.next
        header.createdAt = Timestamp(clock.now)
        header.epoch = manifest.epoch
        header.commitAlignment = sizes.commitAlignment
        header.predecessor = SegmentHeader.Predecessor(
            segment: active.header.segment,
            validEnd: validEnd,
            lastSequence: rotation.lastSequence
        )
        let next = try SegmentFile.begin(
            in: prepared,
            header: header,
            baseline: rotation.baseline,
            folder: folder
        )
        do throws(SystemCallError) {
            var manifest = manifest
            manifest.seal(validEnd: validEnd, lastSequence: rotation.lastSequence)
            manifest.add(header)
            try replaceManifest(with: manifest)
            return next
        } catch {
            folder.fileSystem.close(next.handle)
            throw error
        }
    }

    /// Changes the manifest as others have prepared it.
    ///
    /// Crash story:
    /// 1. What the change rests on is synced: what was carried, an archive, a checkpoint.
    /// 2. The manifest says it, durably; a crash before leaves the store as it was, and files that
    ///    no manifest names.
    /// 3. Files that it names no longer are removed. A crash before leaves them. Either kind is
    ///    removed by the next opening.
    mutating func carryOut(_ edit: ManifestEdit) throws(SystemCallError) {
        guard try preparer.prepareSpare(after: manifest) else {
            machine.couldNotEdit()
            return
        }
        var manifest = manifest
        let gone = manifest.apply(edit.change)
        try replaceManifest(with: manifest)
        var kept: Set<String> = []
        if case .retire(let retirement) = edit.change {
            catalog.remove(through: retirement.segment)
            kept = retirement.damagedFiles
        }
        catalog.take(manifest)
        for name in gone {
            do throws(SystemCallError) {
                if kept.contains(name) {
                    let newName = name + StoreFolder.damagedSuffix
                    try folder.fileSystem.rename(
                        folder.path(of: name),
                        to: folder.path(of: newName)
                    )
                } else {
                    try folder.fileSystem.remove(folder.path(of: name))
                }
            } catch {
                // The next opening removes it.
            }
        }
        machine.edited(edit)
    }

    /// Tries to make again what is kept for a full disk, and the next segment, a small one.
    mutating func makeRoom() throws(SystemCallError) {
        // No more than what runs now needs: the disk may have room for that.
        preparer.fitBallast(to: machine.keptRoom)
        var found = try preparer.restore(nextSize: sizes.segmentBytesFirst)
        if found { found = try preparer.prepareSpare(after: manifest) }
        machine.ballast = preparer.ballast
        machine.triedRoom(found: found)
    }

    /// Keeps more for a full disk, so that more jobs may run.
    mutating func growBallast(to size: Int) throws(SystemCallError) {
        preparer.fitBallast(to: size)
        let found = try preparer.restoreBallast()
        machine.ballast = preparer.ballast
        machine.grewBallast(found: found)
    }

    /// Ends the log in order: everything in it is proven from now on.
    mutating func close(
        seal: PlacedFrame,
        lastSequence: SequenceNumber
    ) throws(SystemCallError) {
        try folder.fileSystem.write(active.handle, seal.bytes, at: seal.offset)
        try folder.fileSystem.sync(active.handle)
        defer { saveBallast() }
        // Without room for a manifest it is left as a crash here would leave it: all is durable.
        guard try preparer.prepareSpare(after: manifest) else {
            return machine.closedInOrder()
        }
        var manifest = manifest
        manifest.seal(
            validEnd: seal.offset + UInt64(seal.bytes.count),
            lastSequence: lastSequence
        )
        manifest.isClosed = true
        manifest.durable = lastSequence.next
        try replaceManifest(with: manifest)
        giveBackSpace(behind: seal, of: active.handle)
        machine.closedInOrder()
    }

    /// Keeps for the next opening what was just given back on a full disk, before another program
    /// takes it.
    private func saveBallast() {
        guard machine.isFull else { return }
        do throws(SystemCallError) {
            try preparer.saveBallast()
        } catch {
            // The next opening tries again.
        }
    }

    private mutating func foundNoRoom() {
        machine.ballast = preparer.ballast
        machine.foundNoRoom()
    }

    private mutating func replaceManifest(with new: Manifest) throws(SystemCallError) {
        var new = new
        new.generation += 1
        new.durable = max(new.durable, machine.durable)
        try ManifestFile(in: folder).replace(with: new)
        manifest = new
        // While there is room; the next replacement may find none.
        _ = try preparer.prepareSpare(after: manifest)
    }

    /// Cuts off what was prepared and is not needed.
    ///
    /// Nothing depends on it: the valid end is known.
    private func giveBackSpace(behind seal: PlacedFrame, of handle: FileHandle) {
        let end = seal.offset + UInt64(seal.bytes.count)
        do throws(SystemCallError) {
            try folder.fileSystem.truncate(handle, to: end)
        } catch {
            // The file keeps its zeros, which are read by nobody.
        }
    }

    /// Notices a folder that was moved, removed or replaced before a file in it is made or renamed:
    /// at its path may stand another store.
    func expectInPlace() throws(SystemCallError) {
        guard try lock.isInPlace() else {
            throw SystemCallError(call: "stat", errorNumber: SystemCallError.gone, path: lock.path)
        }
    }

    /// What is behind a failed call, for people.
    func cause(of error: SystemCallError) -> any Error {
        do throws(SystemCallError) {
            return try lock.isInPlace() ? error : MovedFolder(path: folder.path)
        } catch {
            return error
        }
    }
}
