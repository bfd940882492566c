// swift-tools-version: 6.2
import PackageDescription

/// The strict settings of every Swift target, each with the proposal that explains it.
let strictSettings: [SwiftSetting] = [
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0335-existential-any.md
    .enableUpcomingFeature("ExistentialAny"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0409-access-level-on-imports.md
    .enableUpcomingFeature("InternalImportsByDefault"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0444-member-import-visibility.md
    .enableUpcomingFeature("MemberImportVisibility"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0461-async-function-isolation.md
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0470-isolated-conformances.md
    .enableUpcomingFeature("InferIsolatedConformances"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0481-weak-let.md
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0458-strict-memory-safety.md
    .strictMemorySafety(),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0443-warning-control-flags.md
    .treatAllWarnings(as: .error),
    // https://docs.swift.org/compiler/documentation/diagnostics/explicit-sendable-annotations
    .treatWarning("ExplicitSendable", as: .error),
]

let package = Package(
    name: "LazyJobs",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "LazyJobs", targets: ["LazyJobs"]),
        .library(name: "InMemoryJobs", targets: ["InMemoryJobs"]),
        .library(name: "LogJobs", targets: ["LogJobs"]),
        .library(name: "LazyJobsTesting", targets: ["LazyJobsTesting"]),
        .library(name: "LogJobsTesting", targets: ["LogJobsTesting"]),
        .executable(name: "logjobs", targets: ["LogJobsProgram"]),
    ],
    traits: [
        .trait(name: "SQLite", description: "benchmarks: measures SQLite too (libsqlite3-dev)")
    ],
    targets: [
        .target(name: "LazyJobs"),
        .target(name: "JobLedger", dependencies: ["LazyJobs"]),
        .target(name: "InMemoryJobs", dependencies: ["LazyJobs", "JobLedger"]),
        .target(
            name: "LogJobs",
            dependencies: ["LazyJobs", "JobLedger", "CLogJobs", "CZlib"]
        ),
        .target(name: "LazyJobsTesting", dependencies: ["LazyJobs"]),
        .target(name: "LogJobsTesting", dependencies: ["LazyJobs", "LogJobs"]),
        .target(name: "CLogJobs"),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .target(
            name: "LogJobsTool",
            dependencies: ["LazyJobs", "LogJobs"],
            path: "Tools/LogJobsTool"
        ),
        .executableTarget(
            name: "LogJobsProgram",
            dependencies: ["LogJobsTool"],
            path: "Tools/LogJobsProgram"
        ),
        .executableTarget(
            name: "LazyJobsDemo",
            dependencies: ["LazyJobs", "LogJobs", "CZlib"],
            path: "Tools/LazyJobsDemo"
        ),
        .executableTarget(
            name: "LazyJobsTorture",
            dependencies: ["LazyJobs", "LogJobs", "LogJobsTesting"],
            path: "Tools/LazyJobsTorture"
        ),
        .executableTarget(
            name: "LazyJobsFuzz",
            dependencies: ["FuzzTargets"],
            path: "Tools/LazyJobsFuzz"
        ),
        .executableTarget(
            name: "benchmarks",
            dependencies: [
                "LazyJobs", "InMemoryJobs", "LogJobs", "CZlib", "CCallCounter",
                .target(name: "CSQLite", condition: .when(traits: ["SQLite"])),
            ],
            path: "Benchmarks",
            exclude: ["README.md", "Baseline.json", "Plots", "CSQLite", "CCallCounter"]
        ),
        .target(name: "CCallCounter", path: "Benchmarks/CCallCounter"),
        .systemLibrary(
            name: "CSQLite",
            path: "Benchmarks/CSQLite",
            providers: [.apt(["libsqlite3-dev"])]
        ),
        .testTarget(
            name: "LazyJobsTests",
            dependencies: ["LazyJobs", "InMemoryJobs", "LazyJobsTesting"]
        ),
        .testTarget(name: "JobLedgerTests", dependencies: ["LazyJobs", "JobLedger"]),
        .testTarget(
            name: "InMemoryJobsTests",
            dependencies: ["LazyJobs", "InMemoryJobs", "LazyJobsTesting"]
        ),
        .testTarget(
            name: "LogJobsTests",
            dependencies: [
                "LazyJobs", "JobLedger", "LogJobs", "LazyJobsTesting", "LogJobsTesting", "CLogJobs",
                "CZlib", "CInterposed",
            ],
            resources: [.copy("Golden/Fixtures")]
        ),
        .target(name: "CInterposed", path: "Tests/CInterposed"),
        .testTarget(
            name: "LogJobsToolTests",
            dependencies: ["LazyJobs", "LogJobs", "LazyJobsTesting", "LogJobsTool"],
            exclude: ["Golden"]
        ),
        .target(
            name: "FuzzTargets",
            dependencies: ["LazyJobs", "JobLedger", "LogJobs", "LogJobsTool"],
            path: "Tests/FuzzTargets"
        ),
        .testTarget(
            name: "FuzzTests",
            dependencies: ["FuzzTargets", "LogJobsTesting"],
            exclude: ["Corpus"]
        ),
        .testTarget(name: "TidyTests"),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system && !target.name.hasPrefix("C") {
    target.swiftSettings = strictSettings
}
