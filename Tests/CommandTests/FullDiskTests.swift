import Foundation
import Testing

private let canMount: Bool = {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    let folder = FileManager.default.temporaryDirectory.path
    process.arguments = ["-c", "unshare --mount mount -t tmpfs -o size=64k none '\(folder)'"]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
}()

/// The book on a disk of its own that is too small, where this machine lets the test mount one.
@Suite("A full disk under the book", .enabled(if: canMount))
struct FullDiskTests {
    /// Kilobytes beyond the book's own: too few for the log's first pages, for more of them, for the log.
    @Test("an import is taken back whole, and done when there is room", arguments: [40, 68, 228, 428])
    func importing(room: Int) throws {
        let rows = "campaigns/aurora-lamp/pledges.csv"
        let book = "--book disk/book.sqlite"
        let once = "pledgebook pledge import \(rows) \(book) --yes --at 2026-03-31T19:00:00+02:00"
        let script = """
            mkdir disk; size=$(( $(stat -c %s pledgebook.sqlite) / 1024 + \(room) ));
            mount -t tmpfs -o size=${size}k none disk; cp pledgebook.sqlite disk/book.sqlite;
            \(once); echo "ended with $?"; pledgebook book check \(book);
            mount -o remount,size=16m disk; \(once) | head -n 2; pledgebook book check \(book)
            """.replacing("\n", with: " ")
        let campaign = "campaigns/aurora-lamp/campaign.json"
        let transcript = try Transcript(
            """
            $ pledgebook init && pledgebook campaign launch \(campaign) --yes --at 2026-03-02T09:00:00+01:00
            $ unshare --mount sh -c '\(script)'

            """)
        let runner = try TranscriptRunner()
        defer { runner.cleanUp() }
        let steps = try runner.run(transcript).steps
        #expect(
            steps[1].output == [
                "pledgebook: campaign aurora-lamp",
                "pledgebook: The disk is full. disk/book.sqlite is unchanged; free some space and say it "
                    + "again.",
                "ended with 70",
                "aurora-lamp: 2 entries, chain whole, 0 pledges and 0 payments: all agree with the journal",
                "pledgebook: campaign aurora-lamp",
                "Imported \(rows) into aurora-lamp: 1,200 rows, our own CSV",
                "  new pledges  1,200  EUR 125,840.50",
                "aurora-lamp: 1,202 entries, chain whole, 1,200 pledges and 0 payments: all agree with the "
                    + "journal",
            ])
    }
}
