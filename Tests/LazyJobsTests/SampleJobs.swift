import Foundation
import LazyJobs

/// Arguments for closures.
struct Note: JobArguments, Hashable {
    static let kind = "note"
    var text: String
}

/// A job that works itself.
struct Greet: Job {
    static let kind = "greet"
    static let queue = "polite"
    static let maxAttempts = 3
    static let priority = JobPriority.high
    static let timeout: Duration? = .seconds(90)
    var name: String

    func work(_ context: JobContext) async throws {
        try context.setOutput(encoding: "Hello, \(name)!")
    }
}

/// A type that was renamed and changed: "letter" of version 0 had a `body`.
struct Mail: JobArguments {
    static let kind = "mail"
    static let version: UInt32 = 2
    static let aliases = ["letter"]
    var text: String

    static func upcast(_ payload: JobPayload) throws -> JobPayload {
        guard payload.version == 1 else { throw UpcastError(text: "secret") }
        let text = String(decoding: payload.bytes, as: UTF8.self)
        let bytes = Array(text.replacing("\"body\"", with: "\"text\"").utf8)
        return JobPayload(bytes: bytes, encoding: payload.encoding, version: 2)
    }

    struct UpcastError: Error {
        let text: String
    }
}

/// A job that chooses its own delays.
struct Patient: JobArguments {
    static let kind = "patient"
    static let maxAttempts = 4

    func retryDelay(attempt: Int, error: any Error) -> Duration {
        error is JobTimeoutError ? .seconds(1000) : .seconds(100 * attempt)
    }
}

struct TestError: Error, CustomStringConvertible {
    var description = "it broke"
}

struct ReadableError: LocalizedError {
    var errorDescription: String? { "the disk is full of eels" }
}
