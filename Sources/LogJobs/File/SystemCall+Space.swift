import CLogJobs

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension SystemCall {
    /// Gives back the blocks from an offset to the end of a file, where that can be done (man 2
    /// fallocate).
    static func punch(
        _ descriptor: Int32,
        from offset: UInt64,
        path: @autoclosure Path
    ) throws(SystemCallError) {
        let size = try status(ofFile: descriptor, path: path()).size
        guard size > offset else { return }
        let start = try position(offset, adding: 0, for: "fallocate", path)
        let length = try position(size - offset, adding: 0, for: "fallocate", path)
        do throws(SystemCallError) {
            _ = try retry("fallocate", path()) {
                clogjobs_punch(descriptor, Int64(start), Int64(length))
            }
        } catch  where error.errorNumber == EOPNOTSUPP || error.errorNumber == ENOSYS {
            return
        }
    }

    #if canImport(Darwin)
        /// Reserves blocks behind the end of a file; says whether it could be done.
        static func reserve(
            _ descriptor: Int32,
            size: UInt64,
            path: @autoclosure Path
        ) throws(SystemCallError) -> Bool {
            let present = try status(ofFile: descriptor, path: path()).size
            let length = try position(size - min(size, present), adding: 0, for: "fcntl", path)
            var request = fstore_t(
                fst_flags: UInt32(F_ALLOCATEALL),
                fst_posmode: F_PEOFPOSMODE,
                fst_offset: 0,
                fst_length: length,
                fst_bytesalloc: 0
            )
            do throws(SystemCallError) {
                // SAFETY: the structure outlives the call.
                _ = try retry("fcntl(F_PREALLOCATE)", path()) {
                    unsafe fcntl(descriptor, F_PREALLOCATE, &request)
                }
            } catch  where error.errorNumber == ENOTSUP || error.errorNumber == EINVAL {
                return false
            }
            // The size is still the old one.
            return false
        }
    #else
        /// Grows a file with its blocks reserved; says whether the file system can.
        static func reserve(
            _ descriptor: Int32,
            size: UInt64,
            path: @autoclosure Path
        ) throws(SystemCallError) -> Bool {
            let length = try position(size, adding: 0, for: "posix_fallocate", path)
            while true {
                // Returns its error rather than setting errno (man 3 posix_fallocate).
                switch posix_fallocate(descriptor, 0, length) {
                case 0: return true
                case EINTR: continue
                case EOPNOTSUPP, EINVAL: return false
                case let number:
                    throw SystemCallError(
                        call: "posix_fallocate",
                        errorNumber: number,
                        path: path()
                    )
                }
            }
        }
    #endif
}
