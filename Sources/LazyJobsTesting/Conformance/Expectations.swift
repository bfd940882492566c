import LazyJobs

/// Fails the check unless a condition holds.
func expect(_ condition: Bool, _ message: @autoclosure () -> String, line: Int = #line) throws {
    guard !condition else { return }
    throw ExpectationFailure(message: message(), line: line)
}

/// Fails the check unless a value is the expected one; tells which of its fields differ.
func expect<Value: Equatable>(
    _ found: Value,
    is expected: Value,
    _ subject: @autoclosure () -> String = "value",
    line: Int = #line
) throws {
    guard found != expected else { return }
    let message = "\(subject()): \(difference(found: found, expected: expected))"
    throw ExpectationFailure(message: message, line: line)
}

/// Fails the check unless a call throws a `BackendError` with a code.
func expectError(
    _ code: BackendError.Code,
    line: Int = #line,
    _ call: () async throws -> Void
) async throws {
    do {
        try await call()
    } catch let error as BackendError {
        return try expect(error.code, is: code, "error \"\(error)\"", line: line)
    } catch {
        throw ExpectationFailure(message: "expected \(code), but \(error) was thrown", line: line)
    }
    throw ExpectationFailure(message: "expected \(code), but nothing was thrown", line: line)
}

/// Fails the check unless a request of a batch was refused with a code.
func expectError(
    _ code: BackendError.Code,
    _ result: FinishResult?,
    line: Int = #line
) throws {
    switch result {
    case .failure(let error): try expect(error.code, is: code, "error \"\(error)\"", line: line)
    case .success(let record):
        throw ExpectationFailure(message: "expected \(code), but found \(record)", line: line)
    case nil: throw ExpectationFailure(message: "expected \(code), but no result", line: line)
    }
}

/// Gives what is there, or fails the check.
func unwrap<Value>(
    _ value: Value?,
    _ subject: @autoclosure () -> String,
    line: Int = #line
) throws -> Value {
    guard let value else { throw ExpectationFailure(message: "\(subject()) is nil", line: line) }
    return value
}

private func difference(found: some Any, expected: some Any) -> String {
    let fields = zip(Mirror(reflecting: found).children, Mirror(reflecting: expected).children)
    let differing = fields.compactMap { found, expected -> String? in
        let (left, right) = (String(reflecting: found.value), String(reflecting: expected.value))
        guard left != right, let label = found.label else { return nil }
        return "\(label) is \(brief(left)), expected \(brief(right))"
    }
    guard differing.isEmpty else { return differing.joined(separator: "; ") }
    return "is \(brief(String(reflecting: found))), "
        + "expected \(brief(String(reflecting: expected)))"
}

private func brief(_ text: String) -> String {
    text.count > 600 ? text.prefix(600) + "…" : text
}
