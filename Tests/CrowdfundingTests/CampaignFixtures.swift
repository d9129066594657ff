import Accounting
import Crowdfunding
import Parsing
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// Campaign files as tests read them.
enum CampaignFixtures {
    /// The top folder of the package.
    static let root = #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined()

    /// The zones that tests know.
    static func isKnownZone(_ name: String) -> Bool {
        ["Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC"].contains(name)
    }

    /// What the reader makes of a text: a definition, or every problem.
    static func read(_ text: String, file: String = "lamp.json") -> Result<CampaignDefinition, CampaignProblems> {
        switch JSONDocument.parse(Array(text.utf8), file: file) {
        case .failure(let problems): return .failure(CampaignProblems(diagnostics: problems.diagnostics))
        case .success(let document):
            do throws(CampaignProblems) {
                return .success(try CampaignReader.read(document, isKnownZone: isKnownZone))
            } catch {
                return .failure(error)
            }
        }
    }

    /// The problems of a text, each as it is printed.
    static func problems(_ text: String) -> [String] {
        guard case .failure(let problems) = read(text) else { return [] }
        return problems.diagnostics.map(\.text)
    }

    /// The text of a file of the package.
    static func text(_ path: String) throws -> String {
        let file = try #require(fopen("\(root)/\(path)", "r"), "\(path) cannot be opened")
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The names of the files in a folder of the package, in order.
    static func files(in folder: String, named suffix: String = ".json") -> [String] {
        guard let directory = opendir("\(root)/\(folder)") else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(suffix) { names.append("\(folder)/\(name)") }
        }
        return names.sorted()
    }
}
