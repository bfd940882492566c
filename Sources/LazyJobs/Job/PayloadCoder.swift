public import Foundation

/// How arguments become bytes, and bytes arguments again.
///
/// The name of the encoding is stored with every payload, so that a program that changes its coder
/// can still read what it wrote before: see ``JobRunner/Configuration/decoders``.
public protocol PayloadCoder: Sendable {
    /// The name of the encoding, such as `json`; at most ``JobLimits/encodingSizeMax`` bytes.
    var encoding: String { get }

    /// Encodes a value.
    ///
    /// - Throws: Whatever the encoding finds wrong.
    func encode(_ value: some Encodable) throws -> [UInt8]

    /// Decodes a value.
    ///
    /// - Throws: Whatever the encoding finds wrong; never let stored bytes trap.
    func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value
}

/// Payloads as JSON, the default.
///
/// Keys are sorted, so that equal arguments are equal bytes. Dates are numbers, as `JSONEncoder`
/// has them by default, because they come back exactly; give an encoder of your own to have them
/// readable.
public struct JSONPayloadCoder: PayloadCoder {
    private let encoder: JSONEncoder
    private let decoder: JSONDecoder

    /// The name `json`.
    public var encoding: String { "json" }

    /// Makes the coder with sorted keys and unescaped slashes.
    public init() {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        self.init(encoder: encoder, decoder: JSONDecoder())
    }

    /// Makes a coder from an encoder and a decoder that fit together.
    ///
    /// They are kept and used for all jobs; do not change them afterwards.
    public init(encoder: JSONEncoder, decoder: JSONDecoder) {
        self.encoder = encoder
        self.decoder = decoder
    }

    /// Encodes a value as JSON.
    public func encode(_ value: some Encodable) throws -> [UInt8] {
        [UInt8](try encoder.encode(value))
    }

    /// Decodes a value from JSON.
    public func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
        try decoder.decode(type, from: Data(bytes))
    }
}
