import Testing

@Suite("The sources are tidy") struct TidyTests {
    @Test("rule", arguments: Rule.all)
    func rule(_ rule: Rule) {
        for file in Repository.files {
            for violation in rule.violations(file) {
                Issue.record("\(violation)")
            }
        }
    }

    @Test("the sources are found, and every module of the arrows among them")
    func sourcesAreFound() {
        let modules = Set(Repository.files.compactMap(\.module))
        #expect(modules == Set(Arrows.allowed.keys))
        #expect(Repository.files.allSatisfy { !$0.text.lines.isEmpty })
    }

    @Test("every third-party module has one module that imports it")
    func thirdPartiesHaveOneImporter() {
        let house = Set(Arrows.allowed.keys)
        let others = Arrows.allowed.values.flatMap { $0.subtracting(house) }
        #expect(others.count == Set(others).count)
    }
}
