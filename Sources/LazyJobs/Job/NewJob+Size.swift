extension [String: String] {
    /// The bytes of its keys and values.
    package var textSize: Int { reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count } }
}

extension NewJob {
    /// The bytes of its payload and of all its texts.
    package var size: Int {
        var size = payload.bytes.count + payload.encoding.utf8.count
        size += kind.utf8.count + queue.utf8.count
        size += (uniqueKey?.utf8.count ?? 0) + (concurrencyKey?.utf8.count ?? 0)
        size += (idempotencyKey?.utf8.count ?? 0) + (scheduleKey?.utf8.count ?? 0)
        size += actor?.utf8.count ?? 0
        for tag in tags { size += tag.utf8.count }
        return metadata.isEmpty ? size : size + metadata.textSize
    }
}
