extension Sample {
    static let places: [Sample] = [
        Sample(
            topLevel,
            ["Makefile": "", "docs/a.md": "", "README.md": ""],
            ["Makefile:0", "docs:0"]
        ),
        Sample(topLevel, ["Sources/A/A.swift": "", ".gitignore": "", "LICENSE": ""], []),
        Sample(naming, "Sources/A/Utils.swift", "", lines: [0]),
        Sample(naming, "Sources/A/TestHelpers.swift", "", lines: [0]),
        Sample(naming, "Sources/A/Frame+Misc.swift", "", lines: [0]),
        Sample(naming, "Sources/A/Common/Frame.swift", "", lines: [0]),
        Sample(naming, "Sources/A/NewJob.swift", ""),
        Sample(naming, "Sources/A/JobRecord+Codable.swift", ""),
        Sample(machine, "Sources/A/A.swift", "let a = \"/" + "root/store\"", lines: [1]),
        Sample(machine, "Tools/test", "cd /" + "work\ncd '/" + "tmp/wt/a'", lines: [1, 2]),
        Sample(machine, "README.md", "see `/" + "home/ann/src`", lines: [1]),
        Sample(
            machine,
            "README.md",
            "</" + "root> and start/" + "work, ~/" + "work, https://" + "home/"
        ),
        Sample(machine, "README.md", "a /" + "home directory, ./" + "work and /" + "workers"),
    ]

    static let links: [Sample] = [
        Sample(link, ["README.md": "a\n[b](Sources/B.md)"], ["README.md:2"]),
        Sample(
            link,
            ["README.md": "[b](a.md) [c](./c.md \"C\")"],
            ["README.md:1", "README.md:1"]
        ),
        Sample(link, ["README.md": "[b]: ../outside.md"], ["README.md:1"]),
        Sample(link, ["Sources/A.docc/A.md": "[b](../B/b.md)", "Sources/B/b.md": ""], []),
        Sample(
            link,
            ["README.md": "[a](LICENSE#top) [b](Sources/)", "LICENSE": "", "Sources/A": ""],
            []
        ),
        Sample(link, ["README.md": "[a](https://example.org) [b](#here) `[c](d.md)`"], []),
        Sample(link, ["README.md": "```\n[a](b.md)\n```\n[c](d.md)"], ["README.md:4"]),
        Sample(link, ["Sources/A.docc/A.md": "<doc:B> [b](doc:B) ![c](picture)"], []),
    ]

    private static let topLevel = "the top level holds only what everyone looks for there"
    private static let naming = "files and folders are named by what they hold"
    private static let machine = "no file names a path of one machine"
    private static let link = "every link to a file leads to one"
}
