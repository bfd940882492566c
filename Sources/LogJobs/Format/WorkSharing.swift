/// How pieces of work are done of which none needs another: one by one, or several at a time.
package struct WorkSharing: Sendable {
    /// How many pieces at most are under way at a time.
    package let width: Int
    /// Does a piece for each number below the count, and returns when all are done.
    package let perform: Perform

    package typealias Perform =
        @Sendable (_ count: Int, _ piece: @Sendable (Int) -> Void) -> Void

    package init(width: Int, perform: @escaping Perform) {
        self.width = width
        self.perform = perform
    }

    /// One after the other.
    package static let none = WorkSharing(width: 1) { count, piece in
        for number in 0..<count { piece(number) }
    }
}
