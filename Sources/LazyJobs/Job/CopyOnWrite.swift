/// A value of many fields that is handed on by one reference, and copied by each change.
///
/// What goes through many hands, unchanged, is kept in it: a job on its way to a store, a record
/// on its way back.
@usableFromInline
struct CopyOnWrite<Value: Sendable & Hashable>: Sendable {
    @usableFromInline
    final class Box: Sendable {
        @usableFromInline let value: Value

        init(_ value: Value) {
            self.value = value
        }
    }

    @usableFromInline var box: Box

    init(_ value: Value) {
        box = Box(value)
    }

    @usableFromInline var value: Value {
        @inlinable get { box.value }
        _modify {
            var value = box.value
            defer { box = Box(value) }
            yield &value
        }
    }
}

extension CopyOnWrite: Hashable {
    @usableFromInline static func == (left: Self, right: Self) -> Bool {
        left.box === right.box || left.box.value == right.box.value
    }

    @usableFromInline func hash(into hasher: inout Hasher) {
        hasher.combine(box.value)
    }
}

extension CopyOnWrite {
    /// What is shown of something whose fields stand in here: those, and not where they stand.
    func mirror<Subject>(of subject: Subject) -> Mirror {
        Mirror(subject, children: Mirror(reflecting: value).children, displayStyle: .struct)
    }
}
