/// What a runner knows how to work: its job types by kind and by alias.
struct JobRegistry: Sendable {
    /// A job that has been decoded and only needs to be worked.
    struct Prepared: Sendable {
        let work: @Sendable (JobContext) async throws -> Void
        let retryDelay: @Sendable (_ attempt: Int, _ error: any Error) -> Duration
    }

    /// One registered type.
    struct Registration: Sendable {
        let definition: JobDefinition
        let aliases: [String]
        let version: UInt32
        let upcast: @Sendable (JobPayload) throws -> JobPayload
        let decode: @Sendable ([UInt8], any PayloadCoder) throws -> Prepared
    }

    private var registrations: [String: Registration] = [:]

    /// The registered types, sorted by kind; aliases are not among them.
    var definitions: [JobDefinition] {
        registrations.filter { $0.key == $0.value.definition.kind }
            .map(\.value.definition)
            .sorted { $0.kind < $1.kind }
    }

    /// The type registered for a kind or an alias.
    subscript(kind: String) -> Registration? { registrations[kind] }

    /// Registers a type, under all of its names or none.
    mutating func add(_ registration: Registration) throws(JobRunnerError) {
        let definition = registration.definition
        try Self.validate(registration)
        var names: Set<String> = []
        for name in [definition.kind] + registration.aliases {
            if let other = registrations[name]?.definition {
                throw JobRunnerError(
                    .duplicateKind,
                    "Could not register \(definition.type): \"\(name)\" is a kind or an alias of "
                        + "\(other.type) already. Give each type kinds of its own."
                )
            }
            guard names.insert(name).inserted else {
                throw JobRunnerError(
                    .duplicateKind,
                    "Could not register \(definition.type): it names \"\(name)\" twice among its "
                        + "kind and aliases. Name it once."
                )
            }
        }
        for name in names {
            registrations[name] = registration
        }
    }

    private static func validate(_ registration: Registration) throws(JobRunnerError) {
        let definition = registration.definition
        for name in [definition.kind] + registration.aliases {
            try require(
                (1...JobLimits.kindSizeMax).contains(name.utf8.count),
                definition,
                "a kind or alias is empty or longer than \(JobLimits.kindSizeMax) bytes"
            )
        }
        try require(
            (1...JobLimits.queueSizeMax).contains(definition.queue.utf8.count),
            definition,
            "its queue is empty or longer than \(JobLimits.queueSizeMax) bytes"
        )
        try require(
            (1...JobLimits.attemptsMax).contains(definition.maxAttempts),
            definition,
            "it has \(definition.maxAttempts) attempts; choose from 1 to \(JobLimits.attemptsMax)"
        )
    }

    private static func require(
        _ condition: Bool,
        _ definition: JobDefinition,
        _ reason: String
    ) throws(JobRunnerError) {
        guard !condition else { return }
        throw JobRunnerError(
            .invalidDefinition,
            "Could not register \(definition.type): \(reason)."
        )
    }
}

extension JobRegistry.Registration {
    /// Describes a type and the closure that works it.
    init<Arguments: JobArguments>(
        _ type: Arguments.Type,
        work: @escaping @Sendable (Arguments, JobContext) async throws -> Void
    ) {
        definition = JobDefinition(
            kind: type.kind,
            type: String(describing: type),
            queue: type.queue,
            maxAttempts: type.maxAttempts
        )
        aliases = type.aliases
        version = type.version
        upcast = { payload in try Arguments.upcast(payload) }
        decode = { bytes, coder in
            let arguments = try coder.decode(Arguments.self, from: bytes)
            return JobRegistry.Prepared(
                work: { context in try await work(arguments, context) },
                retryDelay: arguments.retryDelay(attempt:error:)
            )
        }
    }
}
