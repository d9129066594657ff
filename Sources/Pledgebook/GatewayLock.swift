import Crowdfunding
import Glibc

/// Held while a command talks to a campaign's gateway: its holder knows that the sender of any operation it
/// finds open is dead, so that operation is unknown and is asked for first.
final class GatewayLock {
    private let descriptor: Int32

    /// Takes the lock, a file beside the book, or refuses at once.
    init(book path: String, campaign: CampaignID) throws {
        let name = "\(path).\(campaign.rawValue).lock"
        descriptor = open(name, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            let isForbidden = errno == EACCES || errno == EPERM || errno == EROFS || errno == ELOOP
            let reason = String(cString: strerror(errno))
            throw SessionError.rule(
                "\(name) cannot be made: \(reason). "
                    + (isForbidden
                        ? "Check the rights of the folder."
                        : "Nothing was changed; mend that and say it again."),
                exit: isForbidden ? .refused : .fault)
        }
        // `deinit` closes it, also where this throws; a second close would be somebody else's descriptor.
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw SessionError.gatewayBusy(campaign: campaign.rawValue)
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }
}
