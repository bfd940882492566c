/// The arguments of a job as bytes, with what is needed to read them again.
public struct JobPayload: Sendable, Hashable {
    /// The encoded arguments, at most ``JobLimits/payloadSizeMax`` bytes.
    public var bytes: [UInt8]
    /// The name of the encoding, such as `json`; at most ``JobLimits/encodingSizeMax`` bytes.
    public var encoding: String
    /// The version of the arguments' schema, ``JobArguments/version`` when they were encoded.
    public var version: UInt32

    /// Makes a payload of encoded arguments.
    public init(bytes: [UInt8], encoding: String = "json", version: UInt32 = 0) {
        self.bytes = bytes
        self.encoding = encoding
        self.version = version
    }
}
