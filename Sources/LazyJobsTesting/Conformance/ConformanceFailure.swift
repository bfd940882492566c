/// What a check of ``BackendConformance`` throws: the requirement that a backend does not meet.
public struct ConformanceFailure: Error, Sendable {
    /// The requirement.
    public let check: String
    /// What was expected and what was found.
    public let message: String
    /// The file of the expectation that failed, as `Module/File.swift`.
    public let file: String
    /// The line of the expectation that failed, or of the check when the backend threw an error.
    public let line: Int
}

extension ConformanceFailure: CustomStringConvertible {
    /// Requirement, message and place.
    public var description: String { "\"\(check)\": \(message) (\(file):\(line))" }
}

/// An expectation that did not hold; the check it stands in adds its name and file.
struct ExpectationFailure: Error {
    let message: String
    let line: Int
}
