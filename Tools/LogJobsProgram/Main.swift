import LogJobsTool

/// The tool `logjobs`, all of which is in LogJobsTool, where tests can reach it.
@main
struct Main {
    static func main() async {
        await Program.main()
    }
}
