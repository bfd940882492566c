import CLogJobs

/// The Castagnoli checksum, which all bytes of a store are under.
package enum CRC32C {
    /// The checksum of bytes that follow others, whose checksum is `seed`.
    package static func checksum(_ bytes: [UInt8], seed: UInt32 = 0) -> UInt32 {
        checksum(bytes[...], seed: seed)
    }

    /// The checksum of bytes that follow others, whose checksum is `seed`.
    package static func checksum(_ bytes: ArraySlice<UInt8>, seed: UInt32 = 0) -> UInt32 {
        unsafe bytes.withUnsafeBytes { buffer in
            unsafe clogjobs_crc32c(seed, buffer.baseAddress, buffer.count)
        }
    }

    /// The same by tables; for tests, which compare the two.
    package static func tableChecksum(_ bytes: ArraySlice<UInt8>, seed: UInt32 = 0) -> UInt32 {
        unsafe bytes.withUnsafeBytes { buffer in
            unsafe clogjobs_crc32c_table(seed, buffer.baseAddress, buffer.count)
        }
    }

    /// Whether an instruction of the processor computes it.
    package static var isHardware: Bool { clogjobs_crc32c_is_hardware() }
}
