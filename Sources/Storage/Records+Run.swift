public import Accounting
public import Crowdfunding
import GRDB

/// A launched run.
///
/// A planned one is only in the definition.
public struct RunRecord: Hashable, Sendable {
    /// As the definition names it.
    public var id: String
    /// Where it is between launched and closed.
    public var state: RunState
    /// The day of the launch.
    public var launchedOn: CalendarDay
    /// The day on which the goods are expected.
    public var expectedOn: CalendarDay
    /// Minor units of the campaign's currency.
    public var unitCost: Int64
    /// What is due to the supplier at launch, minor units.
    public var deposit: Int64
    /// What was ordered, by SKU.
    public var units: [RunUnits]

    /// Puts a run together as it stands.
    public init(
        id: String, state: RunState, launchedOn: CalendarDay, expectedOn: CalendarDay, unitCost: Int64,
        deposit: Int64, units: [RunUnits]
    ) {
        self.id = id
        self.state = state
        self.launchedOn = launchedOn
        self.expectedOn = expectedOn
        self.unitCost = unitCost
        self.deposit = deposit
        self.units = units
    }
}

/// The units of one SKU in a run.
public struct RunUnits: Hashable, Sendable {
    /// What is made.
    public var sku: String
    /// Units, more than zero.
    public var ordered: Int64
    /// Units that came so far.
    public var received: Int64
    /// Units that will not come.
    public var writtenOff: Int64

    /// Puts together the units of a SKU as they stand.
    public init(sku: String, ordered: Int64, received: Int64 = 0, writtenOff: Int64 = 0) {
        self.sku = sku
        self.ordered = ordered
        self.received = received
        self.writtenOff = writtenOff
    }
}

/// Units reserved for a pledge.
///
/// `run` is empty for stock.
public struct AllocationRecord: Hashable, Sendable {
    /// The pledge's number.
    public var pledge: Int64
    /// What is reserved.
    public var sku: String
    /// The run's id; empty for stock.
    public var run: String
    /// Units reserved, those shipped among them.
    public var quantity: Int64
    /// Units of those that were sent.
    public var shipped: Int64

    /// Puts a reservation together as it stands.
    public init(pledge: Int64, sku: String, run: String, quantity: Int64, shipped: Int64 = 0) {
        self.pledge = pledge
        self.sku = sku
        self.run = run
        self.quantity = quantity
        self.shipped = shipped
    }
}

extension Records {
    /// The launched runs of a campaign, by day of launch, then id.
    public func runs(campaign: Int64) throws -> [RunRecord] {
        let units = try Row.fetchAll(
            db, sql: "SELECT * FROM run_unit WHERE campaign = $1 ORDER BY run, sku", arguments: [campaign])
        return try Row.fetchAll(
            db, sql: "SELECT * FROM run WHERE campaign = $1 ORDER BY launched_day, id", arguments: [campaign]
        ).map { row in
            let id: String = try row.value("id")
            guard let state = try RunState(rawValue: row.value("state") as String) else {
                throw BookError.unreadable("a run's row")
            }
            return try RunRecord(
                id: id, state: state, launchedOn: CalendarDay(number: row.value("launched_day")),
                expectedOn: CalendarDay(number: row.value("expected_day")), unitCost: row.value("unit_cost"),
                deposit: row.value("deposit"),
                units: units.filter { try $0.value("run") as String == id }.map {
                    try RunUnits(
                        sku: $0.value("sku"), ordered: $0.value("ordered"), received: $0.value("received"),
                        writtenOff: $0.value("written_off"))
                })
        }
    }

    /// Inserts a run or writes it as it now stands, with its units.
    public func put(_ run: RunRecord, campaign: Int64) throws {
        try db.execute(
            sql: """
                INSERT INTO run (campaign, id, state, launched_day, expected_day, unit_cost, deposit)
                VALUES ($1, $2, $3, $4, $5, $6, $7)
                ON CONFLICT (campaign, id) DO UPDATE SET state = excluded.state,
                  expected_day = excluded.expected_day
                """,
            arguments: [
                campaign, run.id, run.state.rawValue, run.launchedOn.number, run.expectedOn.number,
                run.unitCost,
                run.deposit,
            ])
        for units in run.units {
            try db.execute(
                sql: """
                    INSERT INTO run_unit (campaign, run, sku, ordered, received, written_off)
                    VALUES ($1, $2, $3, $4, $5, $6)
                    ON CONFLICT (campaign, run, sku) DO UPDATE SET ordered = excluded.ordered,
                      received = excluded.received, written_off = excluded.written_off
                    """,
                arguments: [campaign, run.id, units.sku, units.ordered, units.received, units.writtenOff])
        }
    }

    /// Removes a run whose launch was taken back, with its units.
    public func removeRun(_ id: String, campaign: Int64) throws {
        for table in ["run_unit WHERE campaign = $1 AND run = $2", "run WHERE campaign = $1 AND id = $2"] {
            try db.execute(sql: "DELETE FROM \(table)", arguments: [campaign, id])
        }
    }

    /// Whether a run was launched or any unit was given to a pledge.
    public func hasSupply(campaign: Int64) throws -> Bool {
        try Bool.fetchOne(
            db,
            sql: """
                SELECT EXISTS (SELECT 1 FROM run WHERE campaign = $1)
                  OR EXISTS (SELECT 1 FROM allocation WHERE campaign = $1)
                """, arguments: [campaign]) ?? false
    }

    /// Allocations in the order of pledges.
    public func allocations(campaign: Int64) throws -> [AllocationRecord] {
        try Row.fetchAll(
            db, sql: "SELECT * FROM allocation WHERE campaign = $1 ORDER BY pledge, sku, run",
            arguments: [campaign]
        ).map(allocation(from:))
    }

    /// The allocations of one pledge.
    public func allocations(campaign: Int64, pledge: Int64) throws -> [AllocationRecord] {
        try Row.fetchAll(
            db, sql: "SELECT * FROM allocation WHERE campaign = $1 AND pledge = $2 ORDER BY sku, run",
            arguments: [campaign, pledge]
        ).map(allocation(from:))
    }

    /// Inserts an allocation or writes it as it now stands; one without units is removed.
    public func put(_ allocations: [AllocationRecord], campaign: Int64) throws {
        let insert = try db.makeStatement(
            sql: """
                INSERT INTO allocation (campaign, pledge, sku, run, quantity, shipped)
                VALUES ($1, $2, $3, $4, $5, $6)
                ON CONFLICT (campaign, pledge, sku, run) DO UPDATE SET quantity = excluded.quantity,
                  shipped = excluded.shipped
                """)
        for item in allocations {
            guard item.quantity > 0 else {
                try db.execute(
                    sql:
                        """
                        DELETE FROM allocation
                        WHERE campaign = $1 AND pledge = $2 AND sku = $3 AND run = $4
                        """,
                    arguments: [campaign, item.pledge, item.sku, item.run])
                continue
            }
            try insert.execute(
                arguments: [campaign, item.pledge, item.sku, item.run, item.quantity, item.shipped])
        }
    }

    private func allocation(from row: Row) throws -> AllocationRecord {
        try AllocationRecord(
            pledge: row.value("pledge"), sku: row.value("sku"), run: row.value("run"),
            quantity: row.value("quantity"),
            shipped: row.value("shipped"))
    }
}
