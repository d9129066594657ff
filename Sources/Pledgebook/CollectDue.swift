public import Crowdfunding
import Storage

extension Session {
    /// Charges what is due at once: pledges of a campaign that collects on pledge, and late pledges.
    ///
    /// Asks first what became of anything that was left open. Money that moves elsewhere is left alone.
    ///
    /// - Throws: `SessionError.gatewayBusy`, or what the gateway or the book says.
    public func collectDue(_ id: CampaignID?) throws -> SweepCount {
        let campaign = try campaign(id)
        guard campaign.record.isRehearsal == true, campaign.chargesAtOnce else { return SweepCount() }
        let lock = try GatewayLock(book: book.path, campaign: campaign.record.id)
        defer { withExtendedLifetime(lock) {} }
        return try book.inBulk {
            var windows = try OperationWindows(self, campaign: campaign)
            try windows.resolve()
            try windows.collect()
            return windows.count
        }
    }

    /// After an import: the pledges are booked whatever becomes of their charges.
    func chargeAtOnce(_ id: CampaignID?, _ summary: inout ImportSummary) throws {
        do {
            let charged = try collectDue(id)
            summary.charged = charged
        } catch let problem as any UserFacingError {
            summary.remarks.append(
                "The pledges are booked, but not all of them could be charged: \(problem.message) "
                    + "Import the file again to carry on.")
        }
    }
}

extension LoadedCampaign {
    /// Whether a pledge that comes in now is charged at once.
    var chargesAtOnce: Bool {
        switch record.state {
        case .live: definition.prepayment.collect == .onPledge
        case .collecting, .funded, .fulfilling: true
        case .releasing, .unfunded, .finished, .canceled: false
        }
    }
}
