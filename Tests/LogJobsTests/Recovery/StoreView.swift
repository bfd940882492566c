import LazyJobs
import LogJobs

/// All that a reader shows of a store and of each of its jobs.
struct StoreView: Hashable, Sendable {
    var content: StoreContent
    private var histories: [JobID: [JobEvent]] = [:]
    private var payloads: [JobID: JobPayload] = [:]

    init(_ reader: LogReader) throws {
        content = try StoreContent(reader)
        for id in content.records.map(\.id) {
            histories[id] = try reader.history(of: id)
            payloads[id] = try reader.payload(of: id)
        }
    }

    /// Whether it is another view and one event behind it: that of the opening for writing.
    func isReopened(_ view: StoreView) -> Bool {
        guard case .store(.opened) = content.events.last?.body else { return false }
        var closed = self
        closed.content.events.removeLast()
        return closed == view
    }
}
