import Foundation

/// Kills a process that works a store at full load, again and again, and looks whether anything
/// that it was told is missing.
@main
struct Program {
    private static let usage = """
        usage: LazyJobsTorture [--minutes N] [--kills N] [--seed N] [--written | --failing]
                               [--folder FOLDER]
               LazyJobsTorture --full-disk FOLDER

          --minutes N    how long; 1 unless told otherwise
          --kills N      until so many kills, if that comes first
          --seed N       what decides when to kill, as far as clocks allow; printed
          --written      with the durability `.written`
          --failing      one call that changes the disk fails, at random, before the kill
          --folder       where the store is made; a temporary folder unless told otherwise. It is
                         left there when something is wrong
          --full-disk    fills the disk that FOLDER is on, which should be a small one of its own

        """

    static func main() async {
        do {
            var arguments = Array(CommandLine.arguments.dropFirst())
            if arguments.first == Victim.verb {
                try await Victim(Array(arguments.dropFirst())).run()
                exit(0)
            }
            if arguments.first == "--full-disk", arguments.count == 2 {
                exit(try await FullDisk(folder: arguments[1]).run() ? 0 : 1)
            }
            guard let torture = Torture(&arguments), arguments.isEmpty else {
                complain(usage)
                exit(2)
            }
            exit(try await torture.run() ? 0 : 1)
        } catch {
            complain("error: \(error)\n")
            exit(3)
        }
    }

    private static func complain(_ text: String) {
        Foundation.FileHandle.standardError.write(Data(text.utf8))
    }
}

/// Something that must not be.
struct Finding: Error, CustomStringConvertible {
    var description: String
}
