/// Who may import whom: the arrows of docs/architecture.md, and which modules of the system each may use.
enum Arrows {
    /// The modules of the house and the third-party modules that a module may import.
    static let allowed: [String: Set<String>] = [
        "Accounting": [],
        "Parsing": [],
        "Crowdfunding": ["Accounting", "Parsing"],
        "Receipts": ["Accounting", "Crowdfunding", "COpenSSL"],
        // BLOBs cross GRDB as Data, which only Foundation has.
        "Storage": ["Accounting", "Crowdfunding", "GRDB", "GRDBSQLite", "Foundation"],
        "Gateways": ["Accounting", "Crowdfunding"],
        "Imports": ["Accounting", "Parsing", "Crowdfunding", "CZip"],
        "Reports": ["Accounting", "Parsing", "Crowdfunding", "Storage"],
        "Pledgebook": [
            "Accounting", "Parsing", "Crowdfunding", "Storage", "Receipts", "Gateways", "Imports",
        ],
        "PledgebookCLI": [
            "Accounting", "Parsing", "Crowdfunding", "Pledgebook", "Reports", "ArgumentParser",
        ],
    ]

    /// What a single file may import beyond its module.
    static let allowedInFile: [String: Set<String>] = [
        "Sources/PledgebookCLI/Environment.swift": ["Storage", "Receipts", "Gateways"],
        // Time zones need it, and it costs start-up time.
        "Sources/Pledgebook/TimeZones.swift": ["Foundation"],
    ]

    /// Modules that do no input or output and so import nothing of the system.
    static let pure: Set<String> = ["Accounting", "Parsing", "Crowdfunding"]

    /// What the others may import of the system.
    static let system: Set<String> = ["Glibc", "Synchronization", "Dispatch", "FoundationEssentials"]

    static let systemLibraries: Set<String> = ["COpenSSL", "CZip"]

    /// Whether the file may import the module.
    static func allow(_ imported: String, in file: SourceFile) -> Bool {
        guard let module = file.module else { return true }
        if allowed[module]?.contains(imported) == true { return true }
        if allowedInFile[file.path]?.contains(imported) == true { return true }
        return !pure.contains(module) && system.contains(imported)
    }
}
