import Accounting
import Crowdfunding
import Gateways
import Glibc
import Pledgebook
import Receipts
import Storage

/// Opens what a command works on: the only place that knows all names.
struct Environment {
    /// What a command does with the book, and so what it needs.
    enum Purpose {
        /// Works without the key.
        case reading
        /// Signs nothing, but compares with what was signed.
        case proving
        /// Compares with what was signed where the key is there.
        case checking
        /// Signs entries.
        case writing
    }

    /// The command at work on the book.
    let session: Session
    /// Where the book and the key are.
    let bookPath: String
    let keyPath: String
    /// The campaign that was named, by an option or the environment; `nil`: none was.
    let named: CampaignID?

    /// Opens the book and, for writing, the key file.
    ///
    /// - Parameters:
    ///   - options: What was said on the command line.
    ///   - purpose: Whether the command reads or writes.
    ///   - command: The command's words, without personal data, for example `pledge import`; kept in the
    ///     book.
    /// - Throws: `BookError` or `CommandProblem` where the book or the key cannot be opened.
    init(_ options: SharedOptions, for purpose: Purpose, _ command: String) throws {
        try self.init(options.place, campaign: options.campaign, for: purpose, command)
    }

    init(_ place: BookOptions, campaign: CampaignID? = nil, for purpose: Purpose, _ command: String) throws {
        let book = try Book(opening: place.bookPath)
        let master = try Self.key(for: purpose, at: place.keyPath)
        session = Self.session(book, master, place, command)
        bookPath = Self.absolute(place.bookPath)
        keyPath = Self.absolute(place.keyPath)
        named = try campaign ?? Self.campaignVariable()
    }

    private static func key(for purpose: Purpose, at path: String) throws -> MasterKey? {
        guard purpose != .reading else { return nil }
        do {
            return try KeyFile.load(path: path)
        } catch {
            guard purpose == .checking, case .missing = error else { throw error }
            return nil
        }
    }

    /// The campaign that was named, else the only one that is not over, which is then said on stderr.
    func campaign() throws -> LoadedCampaign {
        let campaign = try session.campaign(named)
        if named == nil { Output.note("campaign \(campaign.definition.id)") }
        return campaign
    }

    /// The same book with a new key, whose file is made where there is none.
    func withNewKey() throws -> Environment {
        Environment(
            session: Session(
                book: session.book, master: try KeyFile.create(at: keyPath), now: session.now,
                operatorName: session.operatorName, version: session.version, command: session.command),
            bookPath: bookPath, keyPath: keyPath, named: named)
    }

    private init(session: Session, bookPath: String, keyPath: String, named: CampaignID?) {
        self.session = session
        self.bookPath = bookPath
        self.keyPath = keyPath
        self.named = named
    }

    /// Copies the book into a new file.
    func backup(to path: String) throws {
        try asNewFile(path) { try session.book.backup(to: path) }
    }

    /// Makes the book anew in a new file.
    func rebuild(to path: String) throws -> BookRebuild {
        try asNewFile(path) { try session.rebuildBook(to: path) }
    }

    private func asNewFile<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch BookError.alreadyExists {
            throw CommandProblem(
                "\(visible(path)) exists already and was left as it is. Name another file.", .refused)
        }
    }

    private static func session(
        _ book: Book, _ master: MasterKey?, _ place: BookOptions, _ command: String
    ) -> Session {
        Session(
            book: book, master: master, now: place.at ?? Timestamp(seconds: Int64(time(nil))),
            operatorName: variable("USER") ?? variable("LOGNAME") ?? "uid \(getuid())",
            version: programVersion, command: command)
    }

    private static func campaignVariable() throws -> CampaignID? {
        guard let text = variable("PLEDGEBOOK_CAMPAIGN") else { return nil }
        guard let id = CampaignID(text) else {
            throw CommandProblem("PLEDGEBOOK_CAMPAIGN does not hold the id of a campaign.", .usage)
        }
        return id
    }
}

/// A book that has just been made.
struct NewBook {
    let bookPath: String
    let keyPath: String
    /// Whether the key was made with it.
    let isNewKey: Bool
}

extension Environment {
    /// Makes a book, and the key file where there is none.
    static func create(_ place: BookOptions) throws -> NewBook {
        var isNewKey = false
        do {
            _ = try KeyFile.load(path: place.keyPath)
        } catch {
            guard case .missing = error else { throw error }
            isNewKey = true
        }
        // The book first: one that cannot be made leaves no key behind.
        _ = try Book.create(
            at: place.bookPath, id: hexText(randomBytes(16)), keySecret: randomBytes(16))
        if isNewKey { try KeyFile.create(at: place.keyPath) }
        return NewBook(
            bookPath: absolute(place.bookPath), keyPath: absolute(place.keyPath), isNewKey: isNewKey)
    }

    fileprivate static func absolute(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
