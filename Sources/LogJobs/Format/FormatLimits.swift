/// The limits of the format: a writer keeps them, a reader refuses what does not.
///
/// They are wider than `JobLimits`, so that those can grow without a new format.
package enum FormatLimits {
    package static let dictionarySizeMax = 2048
    package static let alignmentMin = 8
    package static let alignmentMax = 4096
    package static let eventCountMax = 65_535
    package static let rawSizeMax = 64 << 20
    package static let storedSizeMax = (64 << 20) + (1 << 20)
    /// One block with more than one event.
    package static let blockSizeMax = 32 << 10
    /// One block with one event.
    package static let eventSizeMax = 4 << 20
    package static let nameSizeMax = 1024
    package static let textSizeMax = 16 << 10
    package static let bytesSizeMax = 1 << 20
    package static let tagCountMax = 256
    package static let metadataCountMax = 16_384
    package static let waitCountMax = 4096
    package static let attemptMax = Int(Int32.max)
    package static let jobIDMax = UInt64(Int64.max)
    package static let segmentCountMax = 65_536
    package static let archiveCountMax = 65_536
    package static let checkpointCountMax = 4
    /// One block of an archive with more than one event.
    package static let archiveBlockSizeMax = 256 << 10
    package static let archivePageSizeMax = 256 << 10
    package static let checkpointPartSizeMax = 64 << 20
    package static let directorySizeMax = 64 << 20

    package static func isAlignment(_ number: Int) -> Bool {
        (alignmentMin...alignmentMax).contains(number) && number & (number - 1) == 0
    }

    package static func isJobID(_ number: UInt64) -> Bool {
        (1...jobIDMax).contains(number)
    }
}
