import Crowdfunding
import Glibc
import Pledgebook
import Reports

/// The folder beside the book where every checkpoint is kept as a file, outside the book that it attests.
///
/// Copy the files away, or publish them: whoever has one can tell later that the book was cut or changed.
struct CheckpointFolder {
    /// `<book>.checkpoints`.
    let path: String

    init(ofBook path: String) { self.path = path + ".checkpoints" }

    /// Writes the files that are missing and says where the newest is.
    ///
    /// The checkpoints are in the book already; where a file cannot be written, that is said and nothing
    /// fails.
    ///
    /// - Returns: The path of the newest, or `nil` where there is none or it could not be written.
    @discardableResult
    func keep(_ checkpoints: [WrittenCheckpoint]) -> String? {
        var newest: String?
        for checkpoint in checkpoints {
            let file = "\(path)/\(checkpoint.fileName)"
            newest = file
            do {
                try write(checkpoint, to: file)
            } catch let problem as any UserFacingError {
                newest = nil
                Output.note(problem.message)
                Output.note(
                    "The checkpoint is in the book: `pledgebook receipt checkpoint --output FILE` writes it.")
            } catch {
                newest = nil
            }
        }
        return newest
    }

    private func write(_ checkpoint: WrittenCheckpoint, to file: String) throws {
        if mkdir(path, 0o777) != 0, errno != EEXIST {
            throw CommandProblem(
                "The folder \(visible(path)) cannot be made: \(String(cString: strerror(errno))).", .fault)
        }
        let text = Array(checkpoint.text.utf8)
        do {
            try AtomicFile.write(text, to: file, force: false)
        } catch FileWriteError.exists {
            guard try InputFile.read(file) == text else {
                throw CommandProblem(
                    "\(visible(file)) is not the checkpoint \(grouped(checkpoint.number)) of this book: the "
                        + "file or the book was changed. `receipt verify --checkpoint` tells which.",
                    .refused)
            }
        }
    }
}

extension Environment {
    /// Writes the files of a campaign's checkpoints that are missing beside the book.
    ///
    /// - Returns: The newest one's path.
    @discardableResult
    func keepCheckpoints(of id: CampaignID) throws -> String? {
        let campaign = try session.campaign(id)
        return CheckpointFolder(ofBook: bookPath).keep(try session.checkpoints(of: campaign))
    }

    /// As above, saying where the newest is.
    func announceCheckpoint(of id: CampaignID) throws {
        guard let file = try keepCheckpoints(of: id) else { return }
        Output.note("checkpoint \(visible(file))")
    }
}
