/// What a key stands for, in shards that are copied only when written.
struct KeyIndex<Value: Sendable>: Sendable {
    private var shards: [[TextKey: Value]] = Array(repeating: [:], count: 256)

    var count: Int { shards.reduce(0) { $0 + $1.count } }

    /// All values, in no particular order.
    var values: some Sequence<Value> { shards.lazy.flatMap(\.values) }

    subscript(key: String) -> Value? {
        get {
            let key = TextKey(key)
            return shards[Self.shard(of: key)][key]
        }
        set {
            let key = TextKey(key)
            shards[Self.shard(of: key)][key] = newValue
        }
    }

    private static func shard(of key: TextKey) -> Int {
        key.digest & 255
    }
}
