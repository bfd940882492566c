import Foundation
import LogJobs

/// Why the system refused something, in its own words.
struct SystemReason: CustomStringConvertible {
    let description: String

    /// Looks for what the system said in an error; one of Foundation may say nothing.
    init(_ error: any Error) {
        if let call = error as? SystemCallError {
            description = Self.text(call.errorNumber)
            return
        }
        var error = error as NSError
        while let cause = error.userInfo[NSUnderlyingErrorKey] as? NSError { error = cause }
        guard error.domain == NSPOSIXErrorDomain, let code = Int32(exactly: error.code) else {
            description =
                error.domain == NSCocoaErrorDomain
                ? "the system refuses it (error \(error.code) of Foundation)"
                : error.localizedDescription
            return
        }
        description = Self.text(code)
    }

    private static func text(_ errorNumber: Int32) -> String {
        // SAFETY: strerror returns a valid C string for every number; the copy is made at once.
        unsafe String(cString: strerror(errorNumber))
    }
}
