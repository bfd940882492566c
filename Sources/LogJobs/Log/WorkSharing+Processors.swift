import CLogJobs
import Dispatch

extension WorkSharing {
    /// As many pieces at a time as there are processors, at most four.
    ///
    /// The calling thread does its share, and all of it while Dispatch has no other thread free.
    package static let byProcessors = WorkSharing(
        width: max(1, min(4, Int(clogjobs_processors())))
    ) {
        DispatchQueue.concurrentPerform(iterations: $0, execute: $1)
    }
}
