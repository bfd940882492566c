import Foundation

/// How long the running thread has been ready to run, but had no processor.
///
/// By `/proc/thread-self/schedstat`, so on Linux only; its second number are nanoseconds (see
/// sched-stats.rst among the documents of the kernel).
struct ThreadWait {
    private let nanoseconds: Int64

    /// What it was up to now; `nil` where the system does not tell.
    static func read() -> ThreadWait? {
        guard let bytes = FileManager.default.contents(atPath: "/proc/thread-self/schedstat")
        else { return nil }
        let numbers = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        guard numbers.count > 1, let nanoseconds = Int64(numbers[1]) else { return nil }
        return ThreadWait(nanoseconds: nanoseconds)
    }

    /// What came since, on the same thread.
    func time() -> Duration? {
        ThreadWait.read().map { .nanoseconds($0.nanoseconds - nanoseconds) }
    }
}
