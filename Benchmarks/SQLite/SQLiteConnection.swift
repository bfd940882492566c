#if SQLite
    import CSQLite

    /// A connection with the few statements of a queue; used by one thread.
    // SAFETY: the handle is valid from `init` to `deinit`, and nobody else gets it.
    @safe final class SQLiteConnection {
        /// How hard a commit tries to be on the disk (`PRAGMA synchronous`).
        enum Synchronous: String, Sendable {
            /// Each commit is synced.
            case full = "FULL"
            /// In WAL mode only checkpoints are: a power cut loses the last commits.
            case normal = "NORMAL"
        }

        private let handle: OpaquePointer
        private var statements: [String: Statement] = [:]

        init(_ path: String, _ synchronous: Synchronous) throws(SQLiteError) {
            var handle: OpaquePointer?
            let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
            let status = unsafe sqlite3_open_v2(path, &handle, flags, nil)
            guard status == SQLITE_OK, let handle = unsafe handle else {
                throw SQLiteError(status, "open \(path)")
            }
            unsafe self.handle = handle
            try execute("PRAGMA journal_mode = WAL")
            try execute("PRAGMA synchronous = \(synchronous.rawValue)")
            // 64 MiB; the default of 2 MiB is for smaller machines than those of a job queue.
            try execute("PRAGMA cache_size = -65536")
        }

        deinit {
            statements = [:]
            unsafe sqlite3_close(handle)
        }

        func execute(_ text: String) throws(SQLiteError) {
            let statement = try statement(text)
            while try statement.step() {}
        }

        /// The statement of a text, prepared once.
        func statement(_ text: String) throws(SQLiteError) -> Statement {
            if let statement = statements[text] {
                statement.reset()
                return statement
            }
            let statement = try unsafe Statement(text, unsafe handle)
            statements[text] = statement
            return statement
        }

        /// A prepared statement.
        // SAFETY: the handle is valid from `init` to `deinit`, before which the connection is not
        // closed.
        @safe final class Statement {
            private let handle: OpaquePointer
            private let text: String

            fileprivate init(_ text: String, _ connection: OpaquePointer) throws(SQLiteError) {
                var handle: OpaquePointer?
                let status = unsafe sqlite3_prepare_v2(connection, text, -1, &handle, nil)
                guard status == SQLITE_OK, let handle = unsafe handle else {
                    throw SQLiteError(status, text)
                }
                unsafe self.handle = handle
                self.text = text
            }

            deinit {
                unsafe sqlite3_finalize(handle)
            }

            func reset() {
                unsafe sqlite3_reset(handle)
            }

            func bind(_ number: Int64, at index: Int32) throws(SQLiteError) {
                try check(unsafe sqlite3_bind_int64(handle, index, number))
            }

            func bind(_ text: String, at index: Int32) throws(SQLiteError) {
                // SAFETY: SQLITE_TRANSIENT, which C writes as (void(*)(void*))-1, has it copied.
                try check(
                    unsafe sqlite3_bind_text(handle, index, text, -1, transient)
                )
            }

            func bind(_ bytes: [UInt8], at index: Int32) throws(SQLiteError) {
                try check(
                    unsafe sqlite3_bind_blob(handle, index, bytes, Int32(bytes.count), transient)
                )
            }

            /// Goes to the next row.
            ///
            /// - Returns: Whether there is one.
            func step() throws(SQLiteError) -> Bool {
                switch unsafe sqlite3_step(handle) {
                case SQLITE_ROW: return true
                case SQLITE_DONE:
                    reset()
                    return false
                case let status: throw SQLiteError(status, text)
                }
            }

            func number(_ column: Int32) -> Int64 {
                unsafe sqlite3_column_int64(handle, column)
            }

            /// The bytes of a column, copied.
            func bytes(_ column: Int32) -> [UInt8] {
                guard let start = unsafe sqlite3_column_blob(handle, column) else { return [] }
                let count = Int(unsafe sqlite3_column_bytes(handle, column))
                // SAFETY: the bytes stay until the next step, and are copied before.
                return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
            }

            private func check(_ status: Int32) throws(SQLiteError) {
                guard status == SQLITE_OK else { throw SQLiteError(status, text) }
            }
        }
    }

    /// What SQLite has refused.
    struct SQLiteError: Error, CustomStringConvertible {
        let description: String

        init(_ status: Int32, _ operation: String) {
            // SAFETY: the text of a status is static.
            let reason = unsafe String(cString: sqlite3_errstr(status))
            description = "SQLite: \(operation): \(reason)"
        }
    }

    // SAFETY: SQLite compares it, and never calls it.
    private let transient = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
#endif
