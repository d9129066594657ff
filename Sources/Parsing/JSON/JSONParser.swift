struct JSONParser {
    var diagnostics: [Diagnostic] = []
    init(bytes: [UInt8], lines: LineTable, file: String) {}
    mutating func parseText() -> JSONNode? { nil }
    var sortedDiagnostics: [Diagnostic] { diagnostics }
}
