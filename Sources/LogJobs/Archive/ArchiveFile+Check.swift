import JobLedger
package import LazyJobs

extension ArchiveFile {
    /// Reads and checks all of an archive, and shows every event, oldest first.
    ///
    /// Checked are every checksum, the store, and the chain of digests, which goes on behind the
    /// link of the segment before.
    ///
    /// - Complexity: O(n) in the events; memory for one block.
    package func check(
        of store: StoreID,
        after link: Digest,
        _ decoder: inout ArchiveDecoder,
        _ body: (JobEvent) throws(LogReadError) -> Void
    ) throws(LogReadError) {
        try checkHeader(of: store)
        var progress = Progress(chain: HistoryChain(after: link), directory.segments[...])
        for block in directory.blocks {
            for (index, event) in try events(of: block, &decoder).enumerated() {
                if index % 64 == 63 { giveWay() }
                progress.take(event)
                try body(event)
            }
        }
        progress.endSegments(before: nil)
        guard progress.isRight else { throw damaged("its events do not give its digests") }
        try checkPages(progress.pruned, &decoder)
    }

    private func checkPages(
        _ pruned: [JobID: SequenceNumber],
        _ decoder: inout ArchiveDecoder
    ) throws(LogReadError) {
        var count = 0
        for page in directory.pages {
            for job in try jobs(of: page, &decoder) {
                guard pruned[job.id] == job.sequence else {
                    throw damaged("a page says what did not happen to job \(job.id)")
                }
                count += 1
            }
        }
        guard count == pruned.count else { throw damaged("a pruned job is in no page") }
    }

    private func damaged(_ reason: String) -> LogReadError {
        .damaged(file: entry.fileName, offset: 0, reason: reason)
    }

    /// What the events that were read give.
    private struct Progress {
        var chain: HistoryChain
        var segments: ArraySlice<ArchiveDirectory.Segment>
        var pruned: [JobID: SequenceNumber] = [:]
        /// Whether every segment that has ended has its link.
        private var matches = true

        init(chain: HistoryChain, _ segments: ArraySlice<ArchiveDirectory.Segment>) {
            self.chain = chain
            self.segments = segments
        }

        var isRight: Bool { matches && segments.isEmpty }

        mutating func take(_ event: JobEvent) {
            endSegments(before: event.sequence)
            chain.add(event)
            if let transition = event.transition, transition.kind == .pruned {
                pruned[transition.jobID] = event.sequence
            }
        }

        /// Ends the segments whose last event is before this one; all without one.
        mutating func endSegments(before sequence: SequenceNumber?) {
            while let segment = segments.first, sequence.map({ segment.lastSequence < $0 }) ?? true
            {
                segments.removeFirst()
                let link = chain.end(segment.id, lastSequence: segment.lastSequence)
                matches = matches && link == segment.link
            }
        }
    }
}
