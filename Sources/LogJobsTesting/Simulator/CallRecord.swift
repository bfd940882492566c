package import LogJobs

/// The calls of ``FileSystem``, each by the name of its C function.
package enum SimulatedCall: String, Hashable, Sendable, CaseIterable {
    case makeFolder = "mkdir"
    case names = "opendir"
    case statusOfPath = "stat"
    case open
    case statusOfHandle = "fstat"
    case close
    case read = "pread"
    case write = "pwrite"
    case allocate = "posix_fallocate"
    case truncate = "ftruncate"
    case punch = "fallocate"
    case sync = "fdatasync"
    case syncFolder = "fsync"
    case rename
    case link
    case remove = "unlink"
    case removeFolder = "rmdir"
    case lock = "flock"
    case dropCache = "posix_fadvise"

    /// Whether a crash at it may leave another disk than a crash at the next call.
    ///
    /// `false` for those that only look: a sweep over crashes may leave them out.
    package var changesDisk: Bool {
        switch self {
        case .makeFolder, .open, .write, .allocate, .truncate, .sync, .syncFolder, .rename, .link,
            .remove, .removeFolder:
            true
        // To give back zeros changes no byte.
        case .names, .punch, .statusOfPath, .statusOfHandle, .close, .read, .lock, .dropCache:
            false
        }
    }
}

/// A call that was made, whether it succeeded or not.
package struct CallRecord: Hashable, Sendable {
    package var call: SimulatedCall
    package var path: String
    /// Where a read or write begins.
    package var offset: UInt64?
    /// How many bytes a read or write is about, or what size a file is to have.
    package var size: UInt64?
    /// What a rename or a link gives as the other name.
    package var newPath: String?

    init(
        _ call: SimulatedCall,
        _ path: String,
        offset: UInt64? = nil,
        size: UInt64? = nil,
        newPath: String? = nil
    ) {
        self.call = call
        self.path = path
        self.offset = offset
        self.size = size
        self.newPath = newPath
    }
}

extension CallRecord: CustomStringConvertible {
    package var description: String {
        var text = "\(call.rawValue) \(path)"
        if let newPath { text += " to \(newPath)" }
        if let offset { text += " at \(offset)" }
        if let size { text += " size \(size)" }
        return text
    }
}

extension SystemCallError {
    /// The number in the error of a call after the simulated crash; not one of the kernel's.
    package static let simulatedCrashNumber: Int32 = 0xDEAD

    /// Whether the machine "is off": the program under test should be let go.
    package var isSimulatedCrash: Bool {
        errorNumber == Self.simulatedCrashNumber
    }
}
