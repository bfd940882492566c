/// File names that are a number between a prefix and a suffix.
package struct NumberedName: Sendable {
    let prefix: String
    let suffix: String

    package static let segment = NumberedName(prefix: "seg-", suffix: ".ljs")
    package static let archive = NumberedName(prefix: "arc-", suffix: ".lja")
    package static let checkpoint = NumberedName(prefix: "ckp-", suffix: ".ljc")

    package func callAsFunction(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return prefix + String(repeating: "0", count: 16 - digits.count) + digits + suffix
    }

    /// The number in a name; `nil` for every other name.
    package func number(in name: String) -> UInt64? {
        let digits = name.dropFirst(prefix.count).dropLast(suffix.count)
        // Signs, capitals and other lengths read as numbers too, but are not how we write them.
        guard let number = UInt64(digits, radix: 16), number > 0, self(number) == name else {
            return nil
        }
        return number
    }
}
