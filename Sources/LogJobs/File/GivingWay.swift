import Foundation

/// Lets another thread that is ready have this processor; returns at once if there is none.
///
/// What takes long in the background calls it a few times in a millisecond. Without that, a caller
/// or the writer that becomes ready while all processors are busy waits for the end of a time
/// slice, which is some milliseconds. Whoever calls it holds no lock that the writer takes.
/// See man 2 sched_yield.
func giveWay() {
    sched_yield()
}
