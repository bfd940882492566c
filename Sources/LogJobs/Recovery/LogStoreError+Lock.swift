extension LogStoreError {
    /// A folder whose lock another open has.
    ///
    /// - Parameters:
    ///   - operation: What could not be done.
    ///   - holder: What the other says of itself.
    ///   - process: Who is refused.
    ///   - alternative: What may be done in place of ending the other.
    /// - Returns: The error, of code `locked`.
    static func locked(
        _ operation: String,
        by holder: StoreLockHolder?,
        asking process: ProcessIdentity,
        or alternative: String
    ) -> Self {
        var who = "another open has it"
        var remedy = "Close that one"
        if let holder, holder.process == process {
            who = "this process has it open already"
        } else if let holder {
            who = "process \(holder.process.pid) has it"
            remedy = "Stop that process"
        }
        if let time = holder?.startTime, !time.isEmpty { who += " since \(time)" }
        return Self(
            .locked,
            "Could not \(operation): \(who). \(remedy), or \(alternative).",
            file: StoreLock.fileName
        )
    }
}
