import LogJobs

/// Opens and closes a store again and again.
struct CyclesMeasurement {
    private static let bytesMax = 64.0
    private static let jobsPerCycle = 3

    private let folder: String
    private let count: Int

    init(_ folder: String, _ count: Int) {
        self.folder = folder
        self.count = count
    }

    private struct Course {
        var name: String
        var hasJobs = false
        var isClosed = true
    }

    func report(_ progress: (String) -> Void) async throws -> MeasurementReport {
        var report = MeasurementReport(
            name: "\(count) openings of a store",
            notes: [
                "room: what the files take on the disk when the last cycle is over",
                "never closed: and when one more process has lived until its upkeep was done",
            ]
        )
        let courses = [
            Course(name: "without jobs"),
            Course(name: "with \(Self.jobsPerCycle) jobs each", hasJobs: true),
            Course(name: "with jobs, and never closed", hasJobs: true, isClosed: false),
        ]
        for (index, course) in courses.enumerated() {
            progress(course.name)
            report.figures += try await figures(course, folder + "/\(index)")
        }
        return report
    }

    private func figures(_ course: Course, _ folder: String) async throws -> [Figure] {
        var times: [Double] = []
        var most = 0
        for cycle in 0..<count {
            let start = ContinuousClock.now
            let store = try await LogBackend.open(folder)
            times.append(start.duration(to: .now) / .milliseconds(1))
            if course.hasJobs {
                let first = Self.jobsPerCycle * cycle
                let jobs = PassingJobs(store: store, jobs: SeededJobs())
                try await jobs.pass(first..<first + Self.jobsPerCycle)
            }
            if course.isClosed { try await store.close() } else { await store.abandonAndWait() }
            most = max(most, try room(folder))
        }
        let atEnd = try room(folder)
        if !course.isClosed {
            // None of those that died lived long enough for upkeep.
            let store = try await LogBackend.open(folder)
            await store.keepNow()
            try await store.close()
        }
        let sizes = try StoreFiles(folder).sizes()
        let name = course.name + ": "
        let kinds = sizes.sorted { $0.key < $1.key }.map { kind, size in
            Figure(name + "\(size.count) files \(kind)", Self.mebibytes(size.allocated), "MiB")
        }
        return [
            Figure(
                name + "room",
                Self.mebibytes(try room(folder)),
                "MiB",
                target: Self.bytesMax
            ),
            Figure(name + "room before the last upkeep", Self.mebibytes(atEnd), "MiB"),
            Figure(name + "most room", Self.mebibytes(most), "MiB"),
            Figure(name + "opening, first half", Array(times.prefix(count / 2)), "ms"),
            Figure(name + "opening, second half", Array(times.suffix(count / 2)), "ms"),
        ] + kinds
    }

    private func room(_ folder: String) throws -> Int {
        try StoreFiles(folder).sizes().values.reduce(0) { $0 + $1.allocated }
    }

    private static func mebibytes(_ bytes: Int) -> Double {
        Double(bytes) / Double(1 << 20)
    }
}
