import Foundation
import FuzzTargets

/// Gives a target what libFuzzer makes up, or what stands in files.
///
/// `Tools/fuzz` builds it with the fuzzer; in an ordinary build there is none, and only files can
/// be given to a target.
@main
struct Program {
    static func main() throws {
        var arguments = CommandLine.arguments.dropFirst()
        if arguments.first == "--seeds", arguments.count == 3 {
            let folders = arguments.dropFirst().map { URL(filePath: $0) }
            try FuzzSeeds.write(to: folders[1], from: folders[0])
            return
        }
        guard let target = arguments.popFirst().flatMap(FuzzTarget.named) else {
            let names = FuzzTarget.all.map(\.name).joined(separator: " ")
            print("LazyJobsFuzz TARGET [FILE or option of libFuzzer]..., TARGET one of \(names)")
            exit(2)
        }
        if let fuzzer = Fuzzer() { exit(fuzzer.run(target)) }
        for path in arguments where !path.hasPrefix("-") {
            target.run(Array(try Data(contentsOf: URL(filePath: path))))
            print("\(path): nothing is wrong")
        }
    }
}
