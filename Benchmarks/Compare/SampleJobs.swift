import Foundation
import LazyJobs

/// Jobs as applications enqueue them: eight kinds with about 200 bytes of JSON each, of which
/// most differs from job to job.
struct SampleJobs: Sendable {
    /// The jobs as their types.
    let typed: [any SampleJob]
    /// The same jobs, encoded.
    let encoded: [NewJob]

    /// Draws jobs; the same ones each time.
    init(count: Int) throws {
        let kinds: [any SampleJob.Type] = [
            SendMail.self, ResizeImage.self, DeliverWebhook.self, ChargeCard.self,
            IndexDocument.self, PushNotification.self, ExportReport.self, SyncContact.self,
        ]
        var draw = Draw(seed: 1)
        typed = (0..<count).map { kinds[$0 % kinds.count].init(&draw) }
        let coder = JSONPayloadCoder()
        encoded = try typed.map { job in
            let payload = JobPayload(bytes: try coder.encode(job), encoding: coder.encoding)
            return NewJob(kind: type(of: job).kind, payload: payload)
        }
    }

    /// So many jobs, from a number on; they repeat when there are no others.
    func batch(_ number: Int, _ count: Int) -> [NewJob] {
        (0..<count).map { encoded[(number * count + $0) % encoded.count] }
    }

    /// Lets a runner work them: each does nothing.
    static func register(with runner: JobRunner) throws {
        try runner.register(SendMail.self)
        try runner.register(ResizeImage.self)
        try runner.register(DeliverWebhook.self)
        try runner.register(ChargeCard.self)
        try runner.register(IndexDocument.self)
        try runner.register(PushNotification.self)
        try runner.register(ExportReport.self)
        try runner.register(SyncContact.self)
    }
}

/// A job that does nothing.
protocol SampleJob: Job {
    init(_ draw: inout Draw)
}

extension SampleJob {
    func work(_ context: JobContext) async throws {}

    /// Has a runner encode it and enqueue it.
    func enqueue(with runner: JobRunner) async throws {
        try await runner.enqueue(self)
    }
}

/// What differs from job to job.
struct Draw {
    private var generator: SeededGenerator
    private static let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789")
    private static let words = [
        "order", "invoice", "weekly", "summary", "shipped", "delayed", "account", "password",
        "reminder", "meeting", "photo", "holiday", "contract", "update", "payment", "delivery",
    ]

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &generator)
    }

    mutating func text(_ count: Int) -> String {
        String((0..<count).map { _ in Self.letters[number(0...Self.letters.count - 1)] })
    }

    mutating func words(_ count: Int) -> String {
        (0..<count).map { _ in Self.words[number(0...Self.words.count - 1)] }
            .joined(separator: " ")
    }
}

private struct SendMail: SampleJob {
    static let kind = "send-mail"
    var address, subject, template, token: String
    var userID: Int

    init(_ draw: inout Draw) {
        userID = draw.number(1...9_999_999)
        address = "\(draw.text(9))@example.com"
        subject = "Your \(draw.words(3))"
        template = "\(draw.words(1))-\(draw.number(1...4))"
        token = draw.text(64)
    }
}

private struct ResizeImage: SampleJob {
    static let kind = "resize-image"
    var source, target, format: String
    var width, height, quality: Int

    init(_ draw: inout Draw) {
        let name = draw.text(32)
        source = "s3://uploads/\(draw.number(2020...2026))/\(name).jpg"
        target = "s3://thumbnails/\(name)-\(draw.text(8)).webp"
        format = "webp"
        width = draw.number(64...4096)
        height = draw.number(64...4096)
        quality = draw.number(60...95)
    }
}

private struct DeliverWebhook: SampleJob {
    static let kind = "deliver-webhook"
    var url, event, signature: String
    var account, deliveredAt: Int

    init(_ draw: inout Draw) {
        url = "https://\(draw.text(10)).example.com/hooks/\(draw.text(12))"
        event = "\(draw.words(1)).created"
        signature = "sha256=\(draw.text(64))"
        account = draw.number(1...999_999)
        deliveredAt = 1_790_000_000 + draw.number(0...9_999_999)
    }
}

private struct ChargeCard: SampleJob {
    static let kind = "charge-card"
    var customer, intent, currency, description: String
    var cents: Int
    var isRetry: Bool

    init(_ draw: inout Draw) {
        customer = "cus_\(draw.text(24))"
        intent = "pi_\(draw.text(32))"
        currency = ["eur", "usd", "gbp"][draw.number(0...2)]
        description = "\(draw.words(4)) \(draw.number(10_000...99_999))"
        cents = draw.number(100...99_999)
        isRetry = draw.number(0...9) == 0
    }
}

private struct IndexDocument: SampleJob {
    static let kind = "index-document"
    var index, document, routing: String
    var version: Int
    var fields: [String]

    init(_ draw: inout Draw) {
        index = "articles-\(draw.number(1...12))"
        document = "\(draw.text(8))-\(draw.text(4))-\(draw.text(12))"
        routing = draw.text(16)
        version = draw.number(1...500)
        fields = (0..<6).map { _ in draw.words(1) }
    }
}

private struct PushNotification: SampleJob {
    static let kind = "push-notification"
    var device, title, body: String
    var badge: Int

    init(_ draw: inout Draw) {
        device = draw.text(64)
        title = draw.words(3)
        body = draw.words(8)
        badge = draw.number(0...99)
    }
}

private struct ExportReport: SampleJob {
    static let kind = "export-report"
    var account, from, until, format, receiver: String
    var columns: [String]

    init(_ draw: inout Draw) {
        account = draw.text(20)
        from = "2026-\(draw.number(10...12))-\(draw.number(10...28))T00:00:00Z"
        until = "2026-\(draw.number(10...12))-\(draw.number(10...28))T00:00:00Z"
        format = ["csv", "xlsx", "pdf"][draw.number(0...2)]
        receiver = "\(draw.text(8))@example.org"
        columns = (0..<5).map { _ in draw.words(1) }
    }
}

private struct SyncContact: SampleJob {
    static let kind = "sync-contact"
    var source, id, name, email, phone: String
    var changedAt: Int

    init(_ draw: inout Draw) {
        source = ["crm", "shop", "newsletter"][draw.number(0...2)]
        id = draw.text(36)
        name = "\(draw.text(7)) \(draw.text(11))"
        email = "\(draw.text(12))@example.net"
        phone = "+49\(draw.number(1_000_000_000...9_999_999_999))"
        changedAt = 1_790_000_000 + draw.number(0...9_999_999)
    }
}
