package import LazyJobs

extension JobEvent {
    /// A size that the event's raw bytes do not exceed, whatever stands before it: what a writer
    /// adds up to keep a frame within `FormatLimits.rawSizeMax`.
    package var rawSizeBound: Int {
        fixedPart + bodySize
    }

    /// The beginning of a block, and every number of an event at its longest.
    private var fixedPart: Int { 256 }

    private var bodySize: Int {
        switch body {
        case .job(let transition): transition.change.size
        case .schedule(.set(let schedule, let actor)):
            sizeOf(schedule.key) + schedule.job.rawSizeBound + sizeOf(actor)
        case .schedule(.advanced(let key, _, _)): sizeOf(key)
        case .schedule(.removed(let key, let actor)): sizeOf(key) + sizeOf(actor)
        case .queue(.paused(let queue, let reason, let actor)):
            sizeOf(queue) + sizeOf(reason) + sizeOf(actor)
        case .queue(.resumed(let queue, let actor)): sizeOf(queue) + sizeOf(actor)
        case .store(.opened(let owner, _)): sizeOf(owner.bootID) + sizeOf(owner.host)
        case .store(.closed): 0
        }
    }
}

extension JobTransition.Change {
    fileprivate var size: Int {
        switch self {
        case .enqueued(let job, _): job.rawSizeBound
        case .claimed(let worker): sizeOf(worker)
        case .succeeded(let output, _): output?.count ?? 0
        case .retried(let text, _, _), .interrupted(let text, _), .rescued(let text):
            sizeOf(text)
        case .discarded(let text, let actor, _), .cancelled(let text, let actor, _):
            sizeOf(text) + sizeOf(actor)
        case .snoozed(_, let reason, _): sizeOf(reason)
        case .pruned: 0
        case .carried(let carried):
            carried.job.rawSizeBound + sizeOf(carried.lastError)
                + sizeOf(carried.worker) + (carried.output?.count ?? 0)
        }
    }
}

extension NewJob {
    /// A size that its raw bytes in an event or a baseline do not exceed.
    package var rawSizeBound: Int {
        let names = [kind, queue, payload.encoding].reduce(128) { $0 + sizeOf($1) }
        let keys = [uniqueKey, concurrencyKey, idempotencyKey, scheduleKey, actor]
        let tagged = tags.reduce(names) { $0 + sizeOf($1) + lengthMax }
        return metadata.reduce(keys.reduce(tagged) { $0 + sizeOf($1) }) {
            $0 + sizeOf($1.key) + sizeOf($1.value) + 2 * lengthMax
        } + payload.bytes.count + waitsFor.count * 10
    }
}

/// A length and what says that a name is new.
private let lengthMax = 6

private func sizeOf(_ text: String?) -> Int { text?.utf8.count ?? 0 }
