/// The jobs that hold a key, in shards that are copied only when written.
struct KeyIndex: Sendable {
    private var shards: [[TextKey: Slot]] = Array(repeating: [:], count: 256)

    var count: Int { shards.reduce(0) { $0 + $1.count } }

    subscript(key: String) -> Slot? {
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
        key.hashValue & 255
    }
}
