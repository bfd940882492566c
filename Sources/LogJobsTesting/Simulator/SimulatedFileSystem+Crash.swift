import Synchronization

extension SimulatedFileSystem {
    /// What a power failure now might take, in the order in which it was done.
    ///
    /// Operation `i` is what bit `i` of ``LossPattern/subset(_:)`` keeps.
    package var pendingOperations: [PendingOperation] {
        state.withLock { state in state.disk.pending.map(state.disk.describe) }
    }

    /// The disk as it is found when the power failed now.
    ///
    /// A new file system with nothing open, nothing locked, no faults and no calls. This one stays
    /// as it is, so that many crashes can be tried from one moment.
    ///
    /// - Parameter pattern: What of the ``pendingOperations`` is on the disk.
    /// - Returns: The file system for the next program, or the next run of this one.
    package func crashed(keeping pattern: LossPattern) -> SimulatedFileSystem {
        var disk = state.withLock(\.disk)
        if case .subset = pattern {
            precondition(disk.pending.count <= UInt64.bitWidth, "Too many operations for a subset")
        }
        disk.losePower(keeping: pattern)
        return SimulatedFileSystem(disk: disk)
    }

    /// The same files in a new file system: nothing open, nothing locked, no faults and no calls.
    ///
    /// So is the machine found when only the process died: nothing is lost, and nothing that was
    /// pending has become durable by it. Costs next to nothing: bytes are shared until changed.
    package func copy() -> SimulatedFileSystem {
        var disk = state.withLock(\.disk)
        disk.closeAll()
        return SimulatedFileSystem(disk: disk)
    }

    /// A number that two disks share if whoever reads them finds the same names, sizes and bytes;
    /// others share it once in 2⁶⁴, and it is another in each process.
    package var contentHash: Int {
        var hasher = Hasher()
        state.withLock(\.disk).hashContent(into: &hasher)
        return hasher.finalize()
    }
}
