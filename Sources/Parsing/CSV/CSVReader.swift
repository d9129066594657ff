/// Reads a small CSV file whole: a header, and rows that are asked by the header's names.
///
/// For files of millions of rows use `CSVScanner`, which makes no strings.
public struct CSVReader: Sendable {
    /// A record with as many cells as the header has columns.
    public struct Row: Sendable {
        /// The line on which the row begins, counted from 1.
        public let line: Int
        /// The cells in the order of the header.
        public let cells: [String]
        /// The columns of the cells, counted from 1 in bytes.
        public let columns: [Int]
        private let positions: [String: Int]

        init(line: Int, cells: [String], columns: [Int], positions: [String: Int]) {
            self.line = line
            self.cells = cells
            self.columns = columns
            self.positions = positions
        }

        /// The cell below that name of the header, or nil when the header does not have it.
        public subscript(_ name: String) -> String? { positions[name].map { cells[$0] } }

        /// The column at which that cell begins, counted from 1 in bytes, or nil when the header does not
        /// have it.
        public func place(of name: String) -> Int? { positions[name].map { columns[$0] } }
    }

    /// The names of the columns, in order.
    public let header: [String]
    /// The rows that could be read.
    public let rows: [Row]
    /// What is wrong with the others, in the order of the file.
    public let problems: [Diagnostic]

    /// Reads a file that is in memory.
    ///
    /// A row with more or fewer cells than the header, a name that stands twice in the header, and a file
    /// without a header are problems. Cells are as they stand; guards against Excel are not undone.
    ///
    /// - Parameters:
    ///   - bytes: The file.
    ///   - file: The name that diagnostics carry.
    public init(_ bytes: [UInt8], file: String) {
        var scanner = CSVScanner(bytes: bytes)
        var batch = CSVBatch()
        var header: [String]?
        var positions: [String: Int] = [:]
        var rows: [Row] = []
        var problems: [Diagnostic] = []
        // The source of bytes in memory never throws; a failure would read as the end of the file.
        while (try? scanner.nextBatch(into: &batch)) == true {
            for record in batch.records {
                if let problem = record.problem {
                    problems.append(problem.diagnostic(file: file))
                    header = header ?? []
                    continue
                }
                let fields = batch.fields[record.fieldRange]
                let cells = fields.map { batch.text(of: $0) }
                let columns = fields.map { batch.columnOfField($0, in: record) }
                guard let names = header else {
                    header = cells
                    for (index, name) in cells.enumerated()
                    where positions.updateValue(index, forKey: name) != nil {
                        problems.append(
                            Diagnostic(
                                file: file, line: record.line, column: columns[index],
                                message: "the column “\(name)” stands twice in the header",
                                remedy: "remove or rename one of the two"))
                    }
                    continue
                }
                if cells.count == names.count {
                    rows.append(Row(line: record.line, cells: cells, columns: columns, positions: positions))
                } else if !names.isEmpty {
                    problems.append(Self.wrongCount(cells.count, names.count, line: record.line, file: file))
                }
            }
        }
        if header == nil {
            problems.append(
                Diagnostic(
                    file: file, line: 1, column: 1, message: "the file is empty",
                    remedy: "begin it with a line that names the columns"))
        }
        self.header = header ?? []
        self.rows = rows
        self.problems = problems
    }

    private static func wrongCount(_ count: Int, _ expected: Int, line: Int, file: String) -> Diagnostic {
        Diagnostic(
            file: file, line: line, column: 1,
            message: "the row has \(count) \(count == 1 ? "cell" : "cells"), the header has \(expected)",
            remedy: "give the row one cell for each column; put a cell that holds a comma in quotes")
    }
}
