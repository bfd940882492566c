/// A value of many fields that is handed on by one reference, and copied when it is changed.
///
/// What goes through many hands, unchanged, is kept in it: a job on its way to a store, a record
/// on its way back.
struct CopyOnWrite<Value: Sendable & Hashable>: Sendable {
    // SAFETY: changed only while one `CopyOnWrite` alone refers to it.
    private final class Box: @unchecked Sendable {
        var value: Value

        init(_ value: Value) {
            self.value = value
        }
    }

    private var box: Box

    init(_ value: Value) {
        box = Box(value)
    }

    var value: Value {
        _read { yield box.value }
        _modify {
            if !isKnownUniquelyReferenced(&box) { box = Box(box.value) }
            yield &box.value
        }
    }
}

extension CopyOnWrite: Hashable {
    static func == (left: Self, right: Self) -> Bool {
        left.box === right.box || left.box.value == right.box.value
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(box.value)
    }
}

extension CopyOnWrite {
    /// What is shown of something whose fields stand in here: those, and not where they stand.
    func mirror<Subject>(of subject: Subject) -> Mirror {
        Mirror(subject, children: Mirror(reflecting: value).children, displayStyle: .struct)
    }
}
