package import LazyJobs

/// Jobs that were pruned, with their last events: what finds their histories afterwards.
///
/// A copy costs the list of its chunks. Takes 16 bytes a job.
package struct PrunedJobs: Sendable, Hashable {
    package struct Entry: Sendable, Hashable {
        package var id: JobID
        package var sequence: SequenceNumber

        package init(id: JobID, sequence: SequenceNumber) {
            self.id = id
            self.sequence = sequence
        }
    }

    private var column = ChunkedColumn<Entry>()

    package init() {}

    package var count: Int { column.count }

    /// In the order of their pruning.
    package var entries: [Entry] { (0..<column.count).map { column[$0] } }

    package mutating func add(_ id: JobID, at sequence: SequenceNumber) {
        column.append(Entry(id: id, sequence: sequence))
    }

    /// The last event of a job that was pruned here.
    ///
    /// - Complexity: O(n) in the jobs.
    package func sequence(of id: JobID) -> SequenceNumber? {
        for index in 0..<column.count where column[index].id == id {
            return column[index].sequence
        }
        return nil
    }

    package static func == (left: PrunedJobs, right: PrunedJobs) -> Bool {
        left.entries == right.entries
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(count)
    }
}
