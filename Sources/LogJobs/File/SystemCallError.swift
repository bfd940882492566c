#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A call of the operating system that failed.
package struct SystemCallError: Error, Hashable, Sendable {
    /// The C function, such as `fdatasync`.
    package var call: String
    /// Its error number, such as `ENOSPC`.
    package var errorNumber: Int32
    /// The file it was about.
    package var path: String

    package init(call: String, errorNumber: Int32, path: String) {
        self.call = call
        self.errorNumber = errorNumber
        self.path = path
    }
}

extension SystemCallError: CustomStringConvertible {
    package var description: String {
        // SAFETY: strerror returns a valid C string for every number; the copy is made at once.
        let reason = unsafe String(cString: strerror(errorNumber))
        return "\(call) of \(path) failed: \(reason) (errno \(errorNumber))"
    }
}
