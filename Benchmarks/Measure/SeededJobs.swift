import Foundation
import LazyJobs

/// Jobs with payloads of 200 bytes: some JSON with what differs from job to job in it, drawn at
/// random, so that it is known how much there is to store.
struct SeededJobs: Sendable {
    static let payloadSize = 200

    private static let users = 100_000...999_999
    private static let items = 10...99
    private static let orders = 100_000_000...999_999_999
    private static let digits = Array("0123456789abcdefghijklmnopqrstuvwxyz".utf8)
    private static let tokenSize = 45

    let seed: UInt64

    init(seed: UInt64 = 1) {
        self.seed = seed
    }

    /// What was drawn for one payload, in bits: no store can keep it in less.
    static var choiceBits: Double {
        log2(Double(users.count)) + 3 * log2(Double(items.count)) + log2(Double(orders.count))
            + Double(tokenSize) * log2(Double(digits.count))
    }

    func job(_ number: Int) -> NewJob {
        let payload = JobPayload(bytes: payload(number), encoding: "json")
        return NewJob(kind: "send-mail", queue: "mail", payload: payload)
    }

    func jobs(_ numbers: Range<Int>) -> [NewJob] {
        numbers.map(job)
    }

    func payload(_ number: Int) -> [UInt8] {
        var generator = SeededGenerator(seed: seed ^ UInt64(number) << 20)
        let user = Int.random(in: Self.users, using: &generator)
        let items = (0..<3).map { _ in "\(Int.random(in: Self.items, using: &generator))" }
        let order = Int.random(in: Self.orders, using: &generator)
        let token = (0..<Self.tokenSize).map { _ in
            Self.digits[Int.random(in: Self.digits.indices, using: &generator)]
        }
        let text = """
            {"address":"user\(user)@example.com","cart":[\(items.joined(separator: ","))],\
            "subject":"Your order \(order) has been shipped","template":"shipped-2",\
            "token":"\(String(decoding: token, as: UTF8.self))","user_id":\(user)}
            """
        precondition(text.utf8.count == Self.payloadSize, "the token fills what is left")
        return Array(text.utf8)
    }

    /// How many bits a payload takes if every byte is coded by how often it occurs, whatever is
    /// beside it: the entropy of order 0.
    func orderZeroBits(_ numbers: Range<Int>) -> Double {
        var counts = [Int](repeating: 0, count: 256)
        for number in numbers {
            for byte in payload(number) { counts[Int(byte)] += 1 }
        }
        let total = Double(counts.reduce(0, +))
        let bits = counts.filter { $0 > 0 }.reduce(0) { $0 - log2(Double($1) / total) * Double($1) }
        return bits / Double(numbers.count)
    }
}
