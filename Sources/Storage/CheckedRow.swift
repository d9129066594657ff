import GRDB

/// How the book's rows are read.
///
/// GRDB's own subscripts end the program where a file holds what its table forbids: NULL, or a text in place
/// of a number. No program wrote that, but a disk or a hand may have.
extension Row {
    /// The value of a column.
    ///
    /// - Throws: `BookError.unreadable`, with the column's name.
    func value<Value: DatabaseValueConvertible & StatementColumnConvertible>(
        _ column: String
    ) throws -> Value {
        do {
            return try decode(forColumn: column)
        } catch {
            throw BookError.unreadable("the column “\(column)”")
        }
    }

    /// The value of a column, by its place in the query: 0 is the first.
    ///
    /// - Throws: `BookError.unreadable`, with the column's name.
    func value<Value: DatabaseValueConvertible & StatementColumnConvertible>(at index: Int) throws -> Value {
        do {
            return try decode(atIndex: index)
        } catch {
            throw BookError.unreadable("the column “\(Array(columnNames)[index])”")
        }
    }
}
