import Foundation

/// The files that a run leaves, and the baseline that it is compared with.
struct ResultFiles {
    private let options: Options
    /// As it was before the run; empty if there was none.
    private let baseline: Baseline

    /// Checks all files before anything is measured.
    ///
    /// - Throws: ``Surprise`` if one cannot be read or written, or has nothing to compare with.
    init(_ options: Options) throws {
        self.options = options
        for folder in [options.folder, options.drawingFolder].compactMap(\.self) {
            try Self.check(folder: folder)
        }
        if let path = options.jsonPath { try Self.check(file: path) }
        let path = options.baselinePath
        switch options.verdict {
        case .none: baseline = Baseline()
        case .accepted:
            try Self.check(file: path)
            let exists = FileManager.default.fileExists(atPath: path)
            baseline = exists ? try Baseline(contentsOf: path) : Baseline()
        case .checked:
            baseline = try Baseline(contentsOf: path)
            guard !baseline.ratios(of: options.benchmarks).isEmpty else {
                throw Surprise(
                    "the baseline \(path) has no ratio of "
                        + options.benchmarks.map(\.rawValue).joined(separator: ", ")
                        + " to compare with; make one by --write-baseline"
                )
            }
        }
    }

    /// What has become of the ratios, in words, and whether that is as it should be; `nil` if
    /// nobody asked.
    func conclusion(of report: BenchmarkReport) -> (text: String, isGood: Bool)? {
        switch options.verdict {
        case .none: return nil
        case .checked:
            let comparison = baseline.comparison(with: report.claims)
            return (comparison.text, comparison.isPassed)
        case .accepted:
            let ratios = report.claims.values.joined().filter(\.isRatio)
            let disturbed = ratios.filter { $0.disturbance != nil }.map(\.name)
            guard !disturbed.isEmpty else {
                return ("the baseline has \(ratios.count) ratios of this run", !ratios.isEmpty)
            }
            let head = "not accepted, since something else was running; measure them again:"
            return (([head] + disturbed).joined(separator: "\n"), false)
        }
    }

    /// Writes all that can be written.
    ///
    /// - Throws: ``Surprise`` with all that cannot.
    func write(_ report: BenchmarkReport) throws {
        var failures: [String] = []
        func write(_ path: String, atomically: Bool = false, _ content: () throws -> Data) {
            do {
                try content().write(to: URL(filePath: path), options: atomically ? .atomic : [])
            } catch {
                failures.append("could not write \(path): \(error.localizedDescription)")
            }
        }
        if let path = options.jsonPath { write(path) { try report.json() } }
        if let folder = options.drawingFolder {
            for chart in report.measurements.compactMap(RateChart.init) {
                write(folder + "/" + chart.fileName) { Data(chart.svg().utf8) }
            }
        }
        let accepted = baseline.accepting(report.claims)
        if options.verdict == .accepted, !accepted.values.isEmpty {
            write(options.baselinePath, atomically: true) { try accepted.json() }
        }
        if !failures.isEmpty { throw Surprise(failures.joined(separator: "\n")) }
    }

    private static func check(folder: String) throws {
        var isFolder: ObjCBool = false
        guard unsafe FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder),
            isFolder.boolValue
        else { throw Surprise("there is no folder \(folder); make it, or name another") }
        guard FileManager.default.isWritableFile(atPath: folder) else {
            throw Surprise("the folder \(folder) may not be written to; name another")
        }
    }

    /// Checks that a file can be written, or can be made.
    private static func check(file: String) throws {
        var isFolder: ObjCBool = false
        guard unsafe FileManager.default.fileExists(atPath: file, isDirectory: &isFolder) else {
            let parent = URL(filePath: file).deletingLastPathComponent().path
            return try check(folder: parent)
        }
        guard !isFolder.boolValue else { throw Surprise("\(file) is a folder; name a file") }
        guard FileManager.default.isWritableFile(atPath: file) else {
            throw Surprise("the file \(file) may not be written to; name another")
        }
    }
}
