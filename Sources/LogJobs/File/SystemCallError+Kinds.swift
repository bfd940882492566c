#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension SystemCallError {
    /// Whether there is no room: on the device, in the quota, or under the size a file may have.
    package var isOutOfSpace: Bool {
        errorNumber == ENOSPC || errorNumber == EDQUOT || errorNumber == EFBIG
    }

    /// The error of a file that there is no room for.
    package static func noRoom(for path: String) -> Self {
        Self(call: "posix_fallocate", errorNumber: ENOSPC, path: path)
    }

    /// The number of "no such file".
    package static let gone = ENOENT

    /// Whether the device could not give or take the bytes.
    package var isDeviceFailure: Bool { errorNumber == EIO }

    /// Whether a sync that failed so may have forgotten what it was for (man 2 fsync).
    package var losesWrites: Bool { isDeviceFailure || isOutOfSpace }

    /// Whether something has the name already.
    package var isTaken: Bool { errorNumber == EEXIST }

    /// Whether nothing has the name.
    package var isNotFound: Bool { errorNumber == ENOENT }

    /// Whether a file cannot have another name there, but could be copied.
    package var refusesLink: Bool {
        // EPERM: no hard links here, or another user's file; ENOSYS: said by some FUSE.
        [EXDEV, EPERM, EMLINK, EOPNOTSUPP, ENOSYS].contains(errorNumber)
    }

    /// Whether the caller may not do it here.
    package var isRefused: Bool {
        errorNumber == EACCES || errorNumber == EPERM || errorNumber == EROFS
    }
}
