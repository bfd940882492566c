extension ArraySlice<UInt8> {
    /// Whether there is nothing but zeros; a word at a time, since prepared files are full of them.
    package var areZero: Bool {
        // SAFETY: every load lies within the bytes, whatever their alignment.
        unsafe withUnsafeBytes { bytes in
            var index = 0
            while index + 8 <= bytes.count {
                if unsafe bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) != 0 {
                    return false
                }
                index += 8
            }
            while index < bytes.count {
                if unsafe bytes[index] != 0 { return false }
                index += 1
            }
            return true
        }
    }
}
