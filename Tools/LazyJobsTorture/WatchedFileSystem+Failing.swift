import Foundation
import LogJobs
import LogJobsTesting
import Synchronization

extension WatchedFileSystem {
    /// The real file system, but that one write or sync of a segment fails with `EIO`, without
    /// having done anything.
    static func failing(atCall call: Int) -> WatchedFileSystem {
        let count = Mutex(0)
        return WatchedFileSystem(PosixFileSystem()) { made, path throws(SystemCallError) in
            // Segments are written under the name they were prepared with.
            guard [.write, .sync].contains(made), path.hasSuffix(".ljs") else { return }
            let number = count.withLock { count in
                count += 1
                return count
            }
            if number == call {
                throw SystemCallError(call: made.rawValue, errorNumber: EIO, path: path)
            }
        }
    }
}
