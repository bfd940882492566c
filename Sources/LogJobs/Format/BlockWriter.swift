import CLogJobs
package import LazyJobs

/// Writes the raw bytes of one block after another into the same memory.
package struct BlockWriter {
    package internal(set) var writer = ByteWriter(capacity: FormatLimits.blockSizeMax)
    /// The time of the event that is being written; dates are differences to it.
    var time: Int64 = 0
    var jobID: UInt64 = 0
    private var names = [KnownName](repeating: KnownName(), count: 256)
    private var nameCount = 0
    private var blockNumber: UInt64 = 0

    /// A name of some block: where its bytes stand in that block.
    private struct KnownName {
        var blockNumber: UInt64 = 0
        var hash: UInt32 = 0
        var start = 0
        var count = 0
        var number = 0
    }

    package init() {}

    package var count: Int { writer.count }

    /// Forgets the block before.
    package mutating func begin() {
        writer.truncate(to: 0)
        time = 0
        jobID = 0
        nameCount = 0
        // Names of other blocks do not count: that is how they are forgotten.
        blockNumber += 1
    }

    package mutating func begin(epoch: UInt64, time start: Timestamp) {
        begin()
        writer.append(varint: epoch)
        writer.append(zigzag: start.microseconds)
        time = start.microseconds
    }

    mutating func append(date: Timestamp) {
        precondition(date.isWritable, "a time is out of bounds")
        writer.append(zigzag: date.microseconds &- time)
    }

    mutating func append(duration: Duration) {
        writer.append(zigzag: duration.wholeMicroseconds)
    }

    mutating func append(text: String) {
        writer.append(text: text, max: FormatLimits.textSizeMax)
    }

    mutating func append(key: String) {
        writer.append(text: key, max: FormatLimits.nameSizeMax)
    }

    /// Appends a name: its number if the block has it already, else its bytes.
    ///
    /// Names are compared byte for byte: `String`'s own equality would change their spelling.
    mutating func append(name: String) {
        var name = name
        let (hash, known) = name.withUTF8 { bytes in
            let hash = unsafe clogjobs_crc32c(0, bytes.baseAddress, bytes.count)
            return unsafe (hash, number(of: bytes, hash))
        }
        if let known {
            writer.append(varint: known)
            return
        }
        writer.append(0)
        writer.append(text: name, max: FormatLimits.nameSizeMax)
        nameCount += 1
        let count = name.utf8.count
        names[Int(hash & 0xFF)] = KnownName(
            blockNumber: blockNumber,
            hash: hash,
            start: writer.count - count,
            count: count,
            number: nameCount
        )
    }

    /// The number of a name that the block has already.
    private func number(of name: UnsafeBufferPointer<UInt8>, _ hash: UInt32) -> Int? {
        let known = names[Int(hash & 0xFF)]
        guard known.blockNumber == blockNumber, known.hash == hash, known.count == name.count,
            unsafe writer.has(name, at: known.start)
        else { return nil }
        return known.number
    }
}
