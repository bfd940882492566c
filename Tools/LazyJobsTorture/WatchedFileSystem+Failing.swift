import Foundation
import LogJobs
import LogJobsTesting
import Synchronization

extension WatchedFileSystem {
    /// The real file system, but that one call that changes the disk fails without having done
    /// anything: with `ENOSPC` if its number is even, else with `EIO`.
    static func failing(atCall call: Int) -> WatchedFileSystem {
        let count = Mutex(0)
        return WatchedFileSystem(PosixFileSystem()) { made, path throws(SystemCallError) in
            guard made.changesDisk else { return }
            let number = count.withLock { count in
                count += 1
                return count
            }
            if number == call {
                let errorNumber = call.isMultiple(of: 2) ? ENOSPC : EIO
                throw SystemCallError(call: made.rawValue, errorNumber: errorNumber, path: path)
            }
        }
    }
}
