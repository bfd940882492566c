/// Why a job cannot be run by this program, though perhaps by another one: it backs off.
struct UnreadableJobError: Error, CustomStringConvertible {
    let description: String
}

extension JobRegistry {
    /// Decodes a claimed job.
    ///
    /// No text that it throws holds a piece of the payload: decoders like to quote what they
    /// found, and the reason is stored and shown.
    func prepare(
        _ job: ClaimedJob,
        coders: [any PayloadCoder]
    ) throws(UnreadableJobError) -> Prepared {
        guard let registration = self[job.record.kind] else {
            throw UnreadableJobError(
                description: "unknown kind \"\(job.record.kind)\": no such job type is registered"
            )
        }
        guard let stored = job.payload else {
            throw UnreadableJobError(description: "payload lost: the store can no longer read it")
        }
        let payload = try registration.upToDate(stored)
        guard let coder = coders.first(where: { $0.encoding == payload.encoding }) else {
            throw UnreadableJobError(
                description: "unknown encoding \"\(payload.encoding)\": no coder has this name"
            )
        }
        do {
            return try registration.decode(payload.bytes, coder)
        } catch {
            throw UnreadableJobError(
                description: "undecodable payload: \(CodingFailure.text(for: error))"
            )
        }
    }
}

extension JobRegistry.Registration {
    /// Brings a payload of an older version up to the type's own.
    fileprivate func upToDate(_ payload: JobPayload) throws(UnreadableJobError) -> JobPayload {
        guard payload.version <= version else {
            throw UnreadableJobError(
                description: "payload version \(payload.version) is newer than \(version), "
                    + "the newest this program knows"
            )
        }
        guard payload.version < version else { return payload }
        do {
            return try upcast(payload)
        } catch {
            throw UnreadableJobError(
                description: "payload version \(payload.version) could not be brought to "
                    + "\(version): \(CodingFailure.text(for: error))"
            )
        }
    }
}

/// What went wrong in coding, told without the values that were coded.
enum CodingFailure {
    /// Names the kind of error and the place; never a value, and no key of a dictionary, which is
    /// a value too.
    static func text(for error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, let context):
            "no value for key \"\(name(of: key))\"\(place(context.codingPath))"
        case DecodingError.typeMismatch(let type, let context):
            "not a value of type \(type)\(place(context.codingPath))"
        case DecodingError.valueNotFound(let type, let context):
            "null instead of \(type)\(place(context.codingPath))"
        case DecodingError.dataCorrupted(let context):
            "invalid data\(place(context.codingPath))"
        case EncodingError.invalidValue(let value, let context):
            "a value of type \(type(of: value)) is invalid\(place(context.codingPath))"
        default:
            "\(type(of: error))"
        }
    }

    private static func place(_ path: [any CodingKey]) -> String {
        path.isEmpty ? "" : " at " + path.map(name(of:)).joined(separator: ".")
    }

    /// The standard library's own key types, whose names begin with an underscore, stand for
    /// positions and for keys of dictionaries; all others are written in the program.
    private static func name(of key: any CodingKey) -> String {
        if let index = key.intValue { return "[\(index)]" }
        return String(describing: type(of: key)).hasPrefix("_") ? "*" : key.stringValue
    }
}
