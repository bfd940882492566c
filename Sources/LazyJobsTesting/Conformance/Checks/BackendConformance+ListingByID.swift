import LazyJobs

extension BackendConformance {
    static let listingByID: [Check] = [
        Check("by id all jobs are read page by page, whatever changes meanwhile") { trial in
            let ids = try await trial.enqueue((0..<25).map { _ in .sample() }).map(\.id)
            let claimed = try await trial.claim(3)
            var (read, last): ([JobID], JobID?) = ([], nil)
            for page in 0..<ids.count {
                let query = JobQuery(limit: 4, order: .byID(after: last))
                let found = try await trial.backend.list(query).map(\.id)
                try expect(found.count <= 4, "page \(page) has \(found.count) jobs")
                guard let end = found.last else { break }
                (read, last) = (read + found, end)
                if page < 3 { try await trial.finish(claimed[page], .succeeded()) }
                if page == 4 { try await trial.closeAndReopen() }
            }
            try expect(read, is: ids, "jobs")
        },
        Check("by id the filters hold, and a limit counts the jobs that fit") { trial in
            let ids = try await trial.enqueue(
                (0..<200).map { .sample($0 % 50 == 0 ? "rare" : "common", tags: ["t\($0 % 3)"]) }
            ).map(\.id)
            let queries: [(JobQuery, [Int])] = [
                (JobQuery(kind: "rare", order: .byID(after: nil)), [0, 50, 100, 150]),
                (JobQuery(kind: "rare", limit: 2, order: .byID(after: ids[0])), [50, 100]),
                (JobQuery(tag: "t1", limit: 2, order: .byID(after: ids[4])), [7, 10]),
                (JobQuery(states: [.running], order: .byID(after: nil)), []),
                (JobQuery(order: .byID(after: ids[197])), [198, 199]),
                (JobQuery(order: .byID(after: ids[199])), []),
                (JobQuery(order: .byID(after: JobID(rawValue: .max))), []),
            ]
            for (query, places) in queries {
                let found = try await trial.backend.list(query).map(\.id)
                try expect(found, is: places.map { ids[$0] }, "jobs of \(query)")
            }
        },
    ]
}
