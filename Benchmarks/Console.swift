#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Where the benchmarks talk: without a buffer, so that what was measured is there at once.
enum Console {
    /// Has output that nobody takes be an error, which ends the run in order.
    ///
    /// Call it before anything is opened.
    static func prepare() {
        signal(SIGPIPE, SIG_IGN)
        // What is opened gets the lowest free number: a store's file would get the output. And what
        // is opened for reading cannot be written, so that a closed output is an error still.
        for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) == -1 {
            // SAFETY: the path is a constant, which open only reads.
            _ = unsafe open("/dev/null", O_RDONLY)
        }
    }

    static func say(_ text: String) throws(CallError) {
        try put(text, STDOUT_FILENO, "standard output")
    }

    /// Says what is wrong, or how far the run is; if nobody takes that, the run goes on.
    static func complain(_ text: String) {
        try? put(text, STDERR_FILENO, "standard error")
    }

    private static func put(_ text: String, _ number: Int32, _ name: String) throws(CallError) {
        var rest = Array((text + "\n").utf8)[...]
        while !rest.isEmpty {
            // SAFETY: the bytes are read during the call only.
            let count = unsafe rest.withUnsafeBytes { bytes in
                unsafe write(number, bytes.baseAddress, bytes.count)
            }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                throw CallError("write", name)
            }
        }
    }
}
