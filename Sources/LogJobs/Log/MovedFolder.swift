/// What is wrong when the folder of an open store is not where it was opened any more.
///
/// The active segment can still be written, wherever it is now; no other file can be found or made.
package struct MovedFolder: Error, Hashable, Sendable {
    /// Where the folder was.
    package var path: String

    package init(path: String) {
        self.path = path
    }
}

extension MovedFolder: CustomStringConvertible {
    package var description: String {
        "\(path) was moved, removed or replaced while the store was open"
    }
}
