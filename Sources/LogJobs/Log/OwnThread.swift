import CLogJobs

/// A thread that is there when it is started, or of which is known that it is not.
///
/// Foundation's does not tell, and who waits for one that the system has not made waits for ever.
enum OwnThread {
    /// What starts a thread.
    typealias Start = (_ name: String, _ body: @escaping @Sendable () -> Void) -> Bool

    /// Does something on a thread of its own, which ends with it.
    ///
    /// - Parameters:
    ///   - name: What debuggers call it; 15 bytes of it on Linux.
    ///   - body: What it does.
    /// - Returns: Whether there is a thread: the system, or a container, may allow no more.
    static func start(_ name: String, _ body: @escaping @Sendable () -> Void) -> Bool {
        let work = Work(body: body)
        // SAFETY: `work` is retained once here, for who takes it: the thread, or if there is none
        // this function.
        let taken = unsafe Unmanaged.passRetained(work)
        let error = unsafe clogjobs_thread(
            name,
            { argument in
                guard let argument = unsafe argument else { return }
                unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
            },
            taken.toOpaque()
        )
        if error != 0 { unsafe taken.release() }
        return error == 0
    }

    private final class Work: Sendable {
        let body: @Sendable () -> Void

        init(body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }
}
