extension Sample {
    static let comments: [Sample] = [
        Sample(leftover, "Sources/A/A.swift", "let a = 0  // TO" + "DO: finish", lines: [1]),
        Sample(leftover, "Sources/A/A.swift", "/* a\n FIX" + "ME\n*/", lines: [2]),
        Sample(leftover, "Tools/test", "# XX" + "X: finish", lines: [1]),
        Sample(leftover, "Sources/A/A.swift", "let template = \"store.XXXXXX\"  // TODOS"),
        Sample(safety, "Sources/A/A.swift", "final class A: @unchecked Sendable {}", lines: [1]),
        Sample(safety, "Sources/A/A.swift", "\nnonisolated(unsafe) var a = 0", lines: [2]),
        Sample(
            safety,
            "Sources/A/A.swift",
            """
            /// A class.
            // SAFETY: all its state is behind the lock,
            // and the lock is never given away.
            @frozen
            final class A:
                B, @unchecked Sendable
            {}
            """
        ),
        Sample(
            safety,
            "Sources/A/A.swift",
            """
            // SAFETY: only for the first.
            nonisolated(unsafe) var a = 0

            // The second has none.
            nonisolated(unsafe) var b = 0
            """,
            lines: [5]
        ),
        Sample(banner, "Sources/A/A.swift", "//\n//  A.swift\n//\nlet a = 0", lines: [1]),
        Sample(banner, "Sources/A/A.swift", "// A.swift\nlet a = 0", lines: [1]),
        Sample(banner, "Sources/A/A.swift", "//===------===//\nlet a = 0", lines: [1]),
        Sample(banner, "Sources/A/a.c", "/*\n * Copyright 2026 by somebody\n */", lines: [1]),
        Sample(banner, "Sources/A/A.swift", "// SPDX-License-Identifier: Apache-2.0\nlet a = 0"),
        Sample(banner, "Sources/A/a.c", "// SPDX-License-Identifier: MIT\n//\n// A table.\n"),
        Sample(
            banner,
            "Sources/A/A.swift",
            "// Frames are read here, and nowhere else.\nlet a = 0"
        ),
        Sample(banner, "Sources/A/A.swift", "/// What copyright notices are.\nstruct A {}"),
        Sample(banner, "Package.swift", "// swift-tools-version: 6.2\nimport PackageDescription"),
    ]

    private static let leftover = "nothing half-done is left for later"
    private static let safety = "what the compiler cannot check has its reason above it"
    private static let banner = "no file begins with a banner"
}
