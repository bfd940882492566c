import CLogJobs

/// The checksum that nobody can aim at: for the chain of digests over the history.
package struct SHA256: Sendable {
    private var state = clogjobs_sha256()

    package init() {
        unsafe clogjobs_sha256_begin(&state)
    }

    package mutating func add(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { buffer in
            unsafe clogjobs_sha256_add(&state, buffer.baseAddress, buffer.count)
        }
    }

    /// The digest of all that was added; ends the calculation.
    package consuming func digest() -> Digest {
        var state = state
        var bytes = [UInt8](repeating: 0, count: Digest.size)
        unsafe clogjobs_sha256_end(&state, &bytes)
        return Digest(bytes)
    }
}

/// 32 bytes that stand for others.
package struct Digest: Hashable, Sendable {
    package static let size = 32

    package let bytes: [UInt8]

    /// - Precondition: There are 32 bytes.
    package init(_ bytes: [UInt8]) {
        precondition(bytes.count == Self.size, "a digest has 32 bytes")
        self.bytes = bytes
    }

    package static let zero = Digest([UInt8](repeating: 0, count: size))
}

extension Digest: CustomStringConvertible {
    /// As `sha256sum` prints it.
    package var description: String {
        bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
