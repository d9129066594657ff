import Accounting
import Parsing
import Testing

@testable import Crowdfunding

@Suite("Profile of a rehearsal") struct RehearsalReaderTests {
    private static func read(_ text: String) -> Result<RehearsalBehavior, CampaignProblems> {
        switch JSONDocument.parse(Array(text.utf8), file: "rough.json") {
        case .failure(let problems): return .failure(CampaignProblems(diagnostics: problems.diagnostics))
        case .success(let document):
            do throws(CampaignProblems) {
                return .success(try RehearsalReader.read(document))
            } catch {
                return .failure(error)
            }
        }
    }

    private static func problems(_ text: String) -> [String] {
        guard case .failure(let problems) = read(text) else { return [] }
        return problems.diagnostics.map(\.text)
    }

    @Test("reads every key, and what is left out counts as on a good day") func reads() throws {
        let all = try Self.read(
            """
            { "cancellations": "7.5", "declines": { "soft": "3" },
              "faults": { "garbage": "0.5", "delayed": "1", "delay_days": 9, "reorder": "50" } }
            """
        ).get()
        #expect(all.cancellations.millionths == 75_000)
        #expect(
            all.declinedSoft.millionths == 30_000 && all.declinedHard == .zero && all.needsBacker == .zero)
        #expect(all.faults.mapValues(\.millionths) == [.garbage: 5_000, .delayed: 10_000, .reorder: 500_000])
        #expect(all.delayDays == 9)
        #expect(try Self.read("{}").get() == .realistic)
        #expect(RehearsalBehavior.realistic.faults[.timeoutBefore]?.millionths == 300)
        #expect(RehearsalBehavior.realistic.declinedHard.millionths == 15_000)
        #expect(RehearsalBehavior.realistic.cancellations.millionths == 50_000)
    }

    @Test("names every problem with its place and how to mend it") func places() {
        #expect(
            Self.problems(
                """
                {
                  "cancelations": "5",
                  "declines": { "soft": 3, "temporary": "1" },
                  "faults": { "garbage": "2 %", "409": "1", "delay_days": 0 }
                }
                """) == [
                    "rough.json:2:3: error: unknown key \"cancelations\"\n"
                        + "  fix: did you mean \"cancellations\"?",
                    "rough.json:3:25: error: declines.soft: 3 is a number, a percentage is a string\n"
                        + "  fix: put it in quotes: \"3\"",
                    "rough.json:3:28: error: declines: unknown key \"temporary\"\n"
                        + "  fix: here it is called \"soft\"",
                    "rough.json:4:26: error: faults.garbage: \"2 %\" is not a percentage from 0 to 100\n"
                        + "  fix: write \"2\"",
                    "rough.json:4:33: error: faults: unknown key \"409\"\n"
                        + "  fix: here it is called \"conflict\"",
                    "rough.json:4:59: error: faults.delay_days: 0 is too small\n"
                        + "  fix: write a whole number from 1 to 60",
                ])
        #expect(
            Self.problems(#"{ "faults": { "garbage": "60", "delayed": "50" } }"#) == [
                "rough.json:1:13: error: faults: the rates add up to more than 100 per cent\n"
                    + "  fix: lower some of them"
            ])
        #expect(Self.problems(#"{ "faults": { "garbage": "5", } }"#).count == 1)
    }

    @Test(
        "takes what the schema takes", arguments: CampaignFixtures.files(in: "Tests/Fixtures/rehearsals/good")
    )
    func good(_ file: String) throws {
        let text = try CampaignFixtures.text(file)
        #expect(Self.problems(text) == [])
    }

    @Test(
        "refuses what the schema refuses, and what breaks a rule that it cannot say",
        arguments: CampaignFixtures.files(in: "Tests/Fixtures/rehearsals/bad")
            + CampaignFixtures.files(in: "Tests/Fixtures/rehearsals/bad-rules"))
    func bad(_ file: String) throws {
        let text = try CampaignFixtures.text(file)
        #expect(!Self.problems(text).isEmpty)
    }

    @Test("the samples are right", arguments: CampaignFixtures.files(in: "campaigns/rehearsals"))
    func samples(_ file: String) throws {
        let text = try CampaignFixtures.text(file)
        #expect(Self.problems(text) == [])
    }
}
