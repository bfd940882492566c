public import LazyJobs

/// A link in the chain of digests over the history: it stands for every event up to one.
///
/// It is a SHA-256 digest of the events and of the link before, see LogFormat, *The chain of
/// digests*; independent of compression, and the same in a segment and in an archive. A chain shows
/// that nothing before a link was changed only to who kept that link out of reach.
public struct HistoryLink: Sendable, Hashable {
    /// The file with the last of these events.
    public var file: String
    /// The last event.
    public var lastSequence: SequenceNumber
    /// The digest, as 64 hexadecimal digits.
    public var digest: String

    init(_ file: String, _ lastSequence: SequenceNumber, _ link: Digest) {
        self.file = file
        self.lastSequence = lastSequence
        digest = "\(link)"
    }
}

extension LogRecovery {
    /// Reads and checks every archive, as far as there are some; the segments go on behind them.
    mutating func checkHistory() throws(LogStoreError) {
        var decoder = ArchiveDecoder()
        var link = manifest.history.dropped?.link ?? HistoryChain(of: manifest.store).link
        if let dropped = manifest.history.dropped {
            report.links.append(HistoryLink("", dropped.lastSequence, dropped.link))
        }
        for entry in manifest.history.archives {
            do throws(LogReadError) {
                let file = try ArchiveFile(entry, of: manifest.store, in: folder, &decoder)
                try file.check(of: manifest.store, after: link, &decoder) { _ in }
                // Each was at the end of the log once, and somebody may have kept it.
                for segment in file.directory.segments {
                    let kept = HistoryLink(entry.fileName, segment.lastSequence, segment.link)
                    report.links.append(kept)
                }
            } catch {
                throw .history(error)
            }
            link = entry.link
            showProgress(entry.lastSequence)
        }
        chain = HistoryChain(after: link)
    }
}

extension LogStoreError {
    /// A file that cannot be read, named by what failed.
    static func history(_ error: LogReadError) -> Self {
        switch error {
        case .inputOutput(let call):
            .reading(call, file: call.path.split(separator: "/").last.map(String.init) ?? call.path)
        case .damaged(let file, let offset, let reason):
            .corruption(reason, file: file, offset: offset)
        }
    }
}
