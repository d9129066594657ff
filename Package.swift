// swift-tools-version: 6.2
import PackageDescription

// `scripts/check` and CI treat every warning as an error; a newer compiler's warnings do not break users' builds.
let strict = Context.environment["PLEDGEBOOK_STRICT"] != nil

let settings: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ] + (strict ? [.treatAllWarnings(as: .error)] : [])

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

/// Programs that libFuzzer drives (scripts/fuzz); they are built with its own flags and only when asked for.
func fuzzer(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, path: "Tests/Fuzz/\(name)", swiftSettings: settings)
}

let fuzzers: [Target] =
    Context.environment["FUZZ"] == nil
    ? []
    : [
        fuzzer("FuzzCSV", ["Accounting", "Parsing", "Crowdfunding", "Imports"]),
        fuzzer("FuzzCampaign", ["Parsing", "Crowdfunding"]),
        fuzzer("FuzzReceipt", ["Crowdfunding", "Receipts"]), fuzzer("FuzzZip", ["Imports"]),
    ]

let package = Package(
    name: "pledgebook",
    products: [.executable(name: "pledgebook", targets: ["PledgebookCLI"])],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    ],
    targets: [
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CZip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"])]),
        module("Accounting"),
        module("Parsing"),
        module("Crowdfunding", ["Accounting", "Parsing"]),
        module("Receipts", ["Accounting", "Crowdfunding", "COpenSSL"]),
        module(
            "Storage",
            [
                "Accounting", "Crowdfunding",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]),
        module("Gateways", ["Accounting", "Crowdfunding"]),
        module("Imports", ["Accounting", "Parsing", "Crowdfunding", "CZip"]),
        module("Reports", ["Accounting", "Parsing", "Crowdfunding", "Storage"]),
        module(
            "Pledgebook",
            ["Accounting", "Parsing", "Crowdfunding", "Storage", "Receipts", "Gateways", "Imports"]),
        .executableTarget(
            name: "PledgebookCLI",
            dependencies: [
                "Accounting", "Parsing", "Crowdfunding", "Pledgebook", "Reports", "Storage", "Receipts",
                "Gateways",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings),
        tests("AccountingTests", ["Accounting"]),
        tests("ParsingTests", ["Parsing"]),
        tests("CrowdfundingTests", ["Accounting", "Parsing", "Crowdfunding"]),
        .testTarget(
            name: "ReceiptsTests", dependencies: ["Accounting", "Crowdfunding", "Receipts"],
            exclude: ["verify_receipts.py"], swiftSettings: settings),
        tests(
            "StorageTests",
            [
                "Accounting", "Crowdfunding", "Storage", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]),
        tests("GatewaysTests", ["Accounting", "Crowdfunding", "Gateways"]),
        tests("ImportsTests", ["Accounting", "Parsing", "Crowdfunding", "Imports"]),
        tests("ReportsTests", ["Accounting", "Parsing", "Crowdfunding", "Storage", "Reports"]),
        tests(
            "PledgebookTests",
            [
                "Accounting", "Parsing", "Crowdfunding", "Storage", "Receipts", "Gateways", "Imports",
                "Pledgebook", "Reports",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]),
        tests("TidyTests", []),
        .testTarget(
            name: "CommandTests",
            dependencies: ["PledgebookCLI", .product(name: "GRDBSQLite", package: "GRDB.swift")],
            exclude: ["Transcripts", "full-book.sh"],
            swiftSettings: settings),
    ] + fuzzers,
    swiftLanguageModes: [.v6]
)

// `scripts/check coverage` counts the lines of three modules that their own tests reach: nothing else is built for it.
if Context.environment["PLEDGEBOOK_COVERAGE"] != nil {
    let counted = ["Accounting", "Parsing", "Crowdfunding", "Receipts", "COpenSSL"]
    let tests = ["AccountingTests", "CrowdfundingTests", "ReceiptsTests"]
    package.targets.removeAll { !(counted + tests).contains($0.name) }
    package.products = []
    package.dependencies = []
}
