import Accounting
import Crowdfunding
import Glibc
import Imports
import Storage
import Testing

@testable import Pledgebook

/// Kickstarter's report of the same pledges at three times, as folders of files.
@Suite("Updates through the stages of a backer report") struct UpdateReportStagesTests {
    @Test(
        "live, charging, settled: the books hold what the last file says, and twice is once",
        arguments: KickstarterReport.Form.allCases)
    func stages(form: KickstarterReport.Form) throws {
        let folder = try BookFolder()
        try folder.launch("halyard-65", at: "2026-01-01T12:00:00Z")
        let definition = try folder.session(at: "2026-01-01T12:00:00Z").campaign(nil).definition
        var last = ImportSummary()
        var count: Int64 = 0
        for (stage, days) in [(KickstarterReport.Stage.live, -2), (.charging, 3), (.settled, 16)] {
            let report = KickstarterReport(definition: definition, seed: 5, form: form, stage: stage)
            let files = try report.files(count: 400)
            let now = definition.closesAt.adding(seconds: Int64(days) * 86_400)
            last = try take(files, folder, at: now)
            #expect(last.refused == 0 && last.contradictions == 0, "\(last.problems)")
            count += last.placed
            let head = try folder.session(at: now.description).campaign(nil).record.head
            let again = try take(files, folder, at: now.adding(seconds: 60))
            #expect(again.same == again.rows && again.changed == 0)
            #expect(try folder.session(at: now.description).campaign(nil).record.head == head)
            let check = try folder.session(at: now.adding(seconds: 120).description).checkBook(campaign: nil)
            #expect(check.differences.map(\.description) == [])
        }
        #expect(count == 400 && last.changed > 0)
    }

    private func take(
        _ files: [KickstarterReport.File], _ folder: BookFolder, at now: Timestamp
    ) throws -> ImportSummary {
        var sources: [SourceFile] = []
        for (index, content) in files.enumerated() {
            let path = "\(folder.path)/report-\(index).csv"
            let file = try #require(fopen(path, "w"))
            content.bytes.withUnsafeBytes { _ = fwrite($0.baseAddress, 1, $0.count, file) }
            fclose(file)
            sources += try sourceFiles(at: path)
        }
        var options = ImportOptions()
        options.update = true
        return try folder.session(at: now.description).importPledges(
            sources, name: "report", into: nil, options: options, observer: ImportObserver())
    }
}
