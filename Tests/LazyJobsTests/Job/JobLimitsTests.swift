import Testing

@testable import LazyJobs

@Suite("JobLimits: cut texts")
struct JobLimitsTests {
    private static let mark = "… (cut)"

    @Test("a text of the largest size stays whole, one byte more is cut and marked as cut")
    func cutsOnePast() {
        let whole = String(repeating: "a", count: JobLimits.errorSizeMax)
        #expect(JobLimits.cut(whole) == whole)
        let cut = JobLimits.cut(whole + "b")
        #expect(cut.utf8.count == JobLimits.errorSizeMax)
        #expect(cut.hasSuffix("a" + Self.mark))
    }

    @Test("a cut falls between characters of UTF-8, wherever it would fall", arguments: 9...40)
    func cutsBetweenScalars(size: Int) {
        for letter in ["a", "é", "€", "😀"] {
            let cut = JobLimits.cut(String(repeating: letter, count: 50), to: size)
            #expect(cut.utf8.count <= size)
            #expect(cut.utf8.count > size - letter.utf8.count)
            #expect(cut.hasSuffix(Self.mark))
            #expect(!cut.unicodeScalars.contains("\u{FFFD}"))
        }
    }

    @Test("of a text too long for anything but the mark, the mark remains")
    func keepsMark() {
        #expect(JobLimits.cut(String(repeating: "a", count: 50), to: 3) == Self.mark)
    }
}
