import LazyJobs

/// Reads what `BlockWriter` writes, from bytes that match their checksum and may lie all the same.
package struct BlockReader {
    var reader: ByteReader
    var time: Int64 = 0
    var jobID: UInt64 = 0
    private var names: [String] = []

    package init(_ raw: ArraySlice<UInt8>) {
        reader = ByteReader(raw)
    }

    mutating func date() throws(FormatError) -> Timestamp {
        let date = Timestamp(microseconds: time &+ (try reader.zigzag()))
        guard date.isWritable else { throw .damaged("a time is out of bounds") }
        return date
    }

    mutating func duration() throws(FormatError) -> Duration {
        .microseconds(try reader.zigzag())
    }

    mutating func text() throws(FormatError) -> String {
        try reader.text(max: FormatLimits.textSizeMax, "a text")
    }

    mutating func key() throws(FormatError) -> String {
        try reader.text(max: FormatLimits.nameSizeMax, "a key")
    }

    mutating func name() throws(FormatError) -> String {
        let number = try reader.count(max: names.count, "a known name")
        if number > 0 { return names[number - 1] }
        let name = try reader.text(max: FormatLimits.nameSizeMax, "a name")
        names.append(name)
        return name
    }

    mutating func bytes() throws(FormatError) -> [UInt8] {
        try reader.sized(max: FormatLimits.bytesSizeMax, "bytes")
    }

    mutating func listCount(max: Int, _ what: StaticString) throws(FormatError) -> Int {
        let count = try reader.count(max: min(max, reader.remaining), what)
        guard count > 0 else { throw .damaged("\(what): the list is empty") }
        return count
    }

    mutating func nextJobID() throws(FormatError) -> JobID {
        let number = try reader.varint()
        guard FormatLimits.isJobID(number) else { throw .damaged("a job id is out of bounds") }
        return JobID(rawValue: number)
    }
}
