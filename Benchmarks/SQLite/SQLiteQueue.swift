#if SQLite
    import Foundation
    import LazyJobs

    /// A queue of jobs in a table of SQLite, as applications make it for themselves.
    ///
    /// One connection writes, on a thread of its own, since SQLite has one writer at a time. Each
    /// call is a transaction, or, where calls are grouped, all calls are that wait.
    final class SQLiteQueue: Sendable {
        /// How a queue is kept.
        struct Style: Sendable {
            var synchronous: SQLiteConnection.Synchronous
            /// Whether calls that wait together share a commit.
            var groups: Bool
            /// Whether a job that has succeeded is deleted, and not only marked.
            var deletes: Bool
        }

        /// A job that a worker holds.
        struct Claim: Sendable {
            var id: Int64
            var payload: [UInt8]
        }

        private let thread: CallThread<SQLiteTable>

        init(_ folder: String, _ style: Style) throws {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: false
            )
            let table = try SQLiteTable(folder + "/jobs.sqlite", style)
            thread = CallThread("SQLite", table, style.groups ? .all : .none)
        }

        /// Adds jobs, all or none of them.
        func enqueue(_ jobs: [NewJob]) async throws {
            try await thread.call { try $0.enqueue(jobs) }
        }

        /// Takes jobs that are due.
        func claim(_ limit: Int) async throws -> [Claim] {
            try await thread.call { try $0.claim(limit) }
        }

        /// Marks jobs as succeeded.
        func succeed(_ ids: [Int64]) async throws {
            try await thread.call { try $0.succeed(ids) }
        }

        /// Marks jobs as succeeded and takes others, in one transaction.
        func exchange(_ ids: [Int64], for limit: Int) async throws -> [Claim] {
            try await thread.call { table in
                try table.succeed(ids)
                return try table.claim(limit)
            }
        }

        /// Returns when all calls are answered and the table is closed.
        func close() {
            thread.close()
        }
    }

    /// The table, and what is done with it.
    private struct SQLiteTable: CallTarget {
        private let connection: SQLiteConnection
        private let deletes: Bool

        init(_ path: String, _ style: SQLiteQueue.Style) throws(SQLiteError) {
            connection = try SQLiteConnection(path, style.synchronous)
            deletes = style.deletes
            try connection.execute(
                """
                CREATE TABLE jobs (
                    id INTEGER PRIMARY KEY, queue TEXT NOT NULL, kind TEXT NOT NULL,
                    state INTEGER NOT NULL, priority INTEGER NOT NULL, attempt INTEGER NOT NULL,
                    max_attempts INTEGER NOT NULL, run_at INTEGER NOT NULL,
                    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
                    worker TEXT, last_error TEXT, payload BLOB NOT NULL
                )
                """
            )
            // Only of the jobs that wait, so that it stays small.
            try connection.execute(
                """
                CREATE INDEX jobs_waiting ON jobs (priority DESC, run_at, id) WHERE state = 0
                """
            )
        }

        mutating func commit<Answer>(
            _ body: (inout SQLiteTable) throws -> Answer
        ) throws -> Answer {
            try connection.execute("BEGIN IMMEDIATE")
            do {
                let answer = try body(&self)
                try connection.execute("COMMIT")
                return answer
            } catch {
                try connection.execute("ROLLBACK")
                throw error
            }
        }

        func enqueue(_ jobs: [NewJob]) throws(SQLiteError) {
            let statement = try connection.statement(
                """
                INSERT INTO jobs (queue, kind, state, priority, attempt, max_attempts, run_at,
                    created_at, updated_at, payload)
                VALUES (?1, ?2, 0, ?3, 0, ?4, ?5, ?5, ?5, ?6)
                """
            )
            for job in jobs {
                try statement.bind(job.queue, at: 1)
                try statement.bind(job.kind, at: 2)
                try statement.bind(Int64(job.priority.rawValue), at: 3)
                try statement.bind(Int64(job.maxAttempts), at: 4)
                try statement.bind(Self.now, at: 5)
                try statement.bind(job.payload.bytes, at: 6)
                _ = try statement.step()
            }
        }

        func claim(_ limit: Int) throws(SQLiteError) -> [SQLiteQueue.Claim] {
            let statement = try connection.statement(
                """
                UPDATE jobs SET state = 1, attempt = attempt + 1, worker = ?1, updated_at = ?2
                WHERE id IN (
                    SELECT id FROM jobs WHERE state = 0 AND run_at <= ?2
                    ORDER BY priority DESC, run_at, id LIMIT ?3
                ) RETURNING id, payload
                """
            )
            try statement.bind("worker-1", at: 1)
            try statement.bind(Self.now, at: 2)
            try statement.bind(Int64(limit), at: 3)
            var claims: [SQLiteQueue.Claim] = []
            while try statement.step() {
                claims.append(.init(id: statement.number(0), payload: statement.bytes(1)))
            }
            return claims
        }

        func succeed(_ ids: [Int64]) throws(SQLiteError) {
            let statement = try connection.statement(
                deletes
                    ? "DELETE FROM jobs WHERE id = ?1 AND state = 1"
                    : "UPDATE jobs SET state = 2, updated_at = ?2 WHERE id = ?1 AND state = 1"
            )
            for id in ids {
                try statement.bind(id, at: 1)
                if !deletes { try statement.bind(Self.now, at: 2) }
                _ = try statement.step()
            }
        }

        /// Microseconds.
        private static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1e6) }
    }
#endif
