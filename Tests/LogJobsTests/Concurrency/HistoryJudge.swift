import JobLedger
import LazyJobs

/// Judges whether what concurrent callers saw is linearizable: as if each call had been made at one
/// moment between its beginning and its end, one after the other.
///
/// The log says in which order what changed the store was done, so there is nothing to search for
/// (Herlihy and Wing 1990; to find an order is what makes it hard in general): each change is where
/// its events are, and each view is put at the first moment at which the ledger agrees, that no
/// call over by then contradicts. If that fails, every other choice does.
struct HistoryJudge {
    private struct Change {
        var call: ObservedCall
        var first: SequenceNumber
        var last: SequenceNumber
    }

    private struct View {
        var call: ObservedCall
        var isTrue: @Sendable (borrowing JobLedger) -> Bool
        /// Behind what was over when it began, and before what began when it was over.
        var earliest = SequenceNumber.zero
        var latest = SequenceNumber(rawValue: .max)
    }

    private let events: [JobEvent]
    private var changes: [Change] = []
    private var views: [View] = []
    /// What is wrong.
    private(set) var failures: [String] = []

    init(_ events: [JobEvent], _ calls: [ObservedCall]) throws {
        self.events = events
        takeCalls(calls)
        orderChanges()
        boundViews()
        try placeViews()
    }

    private mutating func takeCalls(_ calls: [ObservedCall]) {
        var made = Dictionary(grouping: events.filter { $0.mark != nil }) { $0.mark ?? "" }
        for call in calls {
            switch call.meaning {
            case .view(let isTrue): views.append(View(call: call, isTrue: isTrue))
            case .events(let mark, let count):
                let own = made.removeValue(forKey: mark) ?? []
                if !count.contains(own.count) {
                    failures.append("\(call.story): \(own.count) events, not \(count.upperBound)")
                }
                guard let first = own.first?.sequence, let last = own.last?.sequence else {
                    continue
                }
                if Int(last.rawValue - first.rawValue) >= own.count {
                    failures.append("\(call.story): something came in between its events")
                }
                changes.append(Change(call: call, first: first, last: last))
            }
        }
        failures += made.keys.map { "\($0): nobody has called that" }
    }

    private mutating func orderChanges() {
        let ends = changes.sorted { $0.call.end < $1.call.end }
        var (next, newest) = (0, SequenceNumber.zero)
        for change in changes.sorted(by: { $0.call.begin < $1.call.begin }) {
            while next < ends.count, ends[next].call.end < change.call.begin {
                newest = max(newest, ends[next].last)
                next += 1
            }
            if change.first <= newest {
                let story = change.call.story
                failures.append(
                    "\(story): event \(change.first) is before \(newest), of a call "
                        + "that was over"
                )
            }
        }
    }

    private mutating func boundViews() {
        let ends = changes.sorted { $0.call.end < $1.call.end }
        views.sort { $0.call.begin < $1.call.begin }
        var (next, newest) = (0, SequenceNumber.zero)
        for index in views.indices {
            while next < ends.count, ends[next].call.end < views[index].call.begin {
                newest = max(newest, ends[next].last)
                next += 1
            }
            views[index].earliest = newest
        }
        let begins = changes.sorted { $0.call.begin > $1.call.begin }
        var oldest = SequenceNumber(rawValue: .max)
        next = 0
        for index in views.indices.sorted(by: { views[$0].call.end > views[$1].call.end }) {
            while next < begins.count, begins[next].call.begin > views[index].call.end {
                oldest = min(oldest, begins[next].first)
                next += 1
            }
            views[index].latest = SequenceNumber(rawValue: oldest.rawValue - 1)
        }
    }

    /// Goes through the events once; between those of one call there is no moment.
    private mutating func placeViews() throws {
        let inner = Set(
            changes.flatMap { ($0.first.rawValue..<$0.last.rawValue).map(\.self) }
        )
        var ledger = JobLedger()
        var waiting = views[...]
        var open: [View] = []
        func look() {
            while let next = waiting.first, next.earliest <= ledger.lastSequence {
                open.append(next)
                waiting.removeFirst()
            }
            // In the order of their beginning: the ones behind may rest on the ones before.
            var index = 0
            while index < open.count {
                let view = open[index]
                let isFree = !open[..<index].contains { $0.call.end < view.call.begin }
                if isFree, view.isTrue(ledger) {
                    open.remove(at: index)
                } else {
                    index += 1
                }
            }
        }
        look()
        for event in events {
            for view in open where view.latest < event.sequence {
                failures.append("\(view.call.story): the store never was so by \(view.latest)")
            }
            open.removeAll { $0.latest < event.sequence }
            try ledger.apply(event)
            if !inner.contains(event.sequence.rawValue) { look() }
        }
        for view in open + waiting {
            failures.append("\(view.call.story): the store never was so")
        }
    }
}
