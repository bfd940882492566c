import Foundation
import LazyJobs

/// The demo's job: compress one file.
struct CompressFile: JobArguments {
    static let kind = "compress-file"
    /// A full disk may pass; a file that cannot be read is given up at once.
    static let maxAttempts = 5

    /// The bytes of the path: JSON has no text for those that are not UTF-8.
    var path: Data

    init(_ path: BytePath) {
        self.path = Data(path.bytes)
    }

    var input: BytePath { BytePath(bytes: Array(path)) }

    /// What the job keeps of its work.
    struct Outcome: Codable {
        /// The file as it was when it was compressed.
        var input: FileStamp
        /// The size of what was made of it.
        var size: Int
    }
}
