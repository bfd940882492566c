import JobLedger
import LazyJobs

/// Writes jobs column by column, since values of one kind deflate best beside each other.
struct JobColumnsWriter {
    var block = BlockWriter()

    mutating func append(_ jobs: [JobImage]) {
        block.begin()
        block.writer.append(varint: jobs.count)
        appendNumbers(jobs)
        appendTimes(jobs)
        for job in jobs { block.writer.append(job.flags) }
        for job in jobs { if let extras = job.extras { append(extras) } }
    }

    private mutating func appendNumbers(_ jobs: [JobImage]) {
        var last: UInt64 = 0
        for job in jobs {
            block.writer.append(zigzag: Int64(bitPattern: job.id.rawValue &- last))
            last = job.id.rawValue
        }
        last = 0
        for job in jobs {
            block.writer.append(varint: job.lastTransition.rawValue - last)
            last = job.lastTransition.rawValue
        }
        for job in jobs {
            let distance = job.lastTransition.rawValue &- job.payloadSequence.rawValue
            block.writer.append(zigzag: Int64(bitPattern: distance))
        }
        for job in jobs { block.writer.append(varint: UInt64(job.recordWeight)) }
        for job in jobs { block.writer.append(varint: UInt64(job.kind)) }
        for job in jobs { block.writer.append(varint: UInt64(job.queue)) }
        // No worker is 0.
        for job in jobs { block.writer.append(varint: UInt64(job.worker &+ 1)) }
        for job in jobs { block.writer.append(varint: UInt64(job.version)) }
        for job in jobs { block.writer.append(varint: UInt64(job.attempt)) }
        for job in jobs { block.writer.append(varint: UInt64(job.maxAttempts)) }
        for job in jobs { block.writer.append(zigzag: Int64(job.priority.rawValue)) }
    }

    private mutating func appendTimes(_ jobs: [JobImage]) {
        var last: Int64 = 0
        for job in jobs {
            block.writer.append(zigzag: job.createdAt.microseconds &- last)
            last = job.createdAt.microseconds
        }
        for job in jobs {
            block.writer.append(zigzag: job.updatedAt.microseconds &- job.createdAt.microseconds)
        }
        for job in jobs {
            block.writer.append(zigzag: job.runAt.microseconds &- job.createdAt.microseconds)
        }
    }

    private mutating func append(_ extras: JobImage.Extras) {
        if let traits = extras.traits { append(traits) }
        if let error = extras.error { block.append(text: error) }
        if let output = extras.output {
            block.writer.append(sized: output, max: FormatLimits.bytesSizeMax)
        }
    }

    private mutating func append(_ traits: JobTraits) {
        var presence = Presence()
        presence.add(traits.timeout != nil)
        presence.add(traits.uniqueKey != nil)
        presence.add(traits.concurrencyKey != nil)
        presence.add(traits.idempotencyKey != nil)
        presence.add(traits.scheduleKey != nil)
        presence.add(!traits.tags.isEmpty)
        presence.add(!traits.metadata.isEmpty)
        presence.add(!traits.waitsFor.isEmpty)
        block.writer.append(presence)
        if let timeout = traits.timeout { block.append(duration: timeout) }
        if let key = traits.uniqueKey { block.append(key: key) }
        if let key = traits.concurrencyKey { block.append(key: key) }
        if let key = traits.idempotencyKey { block.append(key: key) }
        if let key = traits.scheduleKey { block.append(name: key) }
        if !traits.tags.isEmpty { block.append(tags: traits.tags) }
        if !traits.metadata.isEmpty { block.append(metadata: traits.metadata) }
        if !traits.waitsFor.isEmpty { block.append(waits: traits.waitsFor) }
    }
}

extension JobImage {
    /// The state, and what there is beside it.
    fileprivate var flags: UInt8 {
        state.numberOnDisk | (isReady ? 8 : 0) | (extras?.traits != nil ? 16 : 0)
            | (extras?.error != nil ? 32 : 0) | (extras?.output != nil ? 64 : 0)
    }
}
