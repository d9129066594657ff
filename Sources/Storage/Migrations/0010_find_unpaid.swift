/// Payments that have taken nothing yet, or nothing any more, are found without a look at those that have.
///
/// A campaign of a million paid pledges has some thousand of them; reminders, retries and every screen ask.
let findUnpaid = Migration(
    name: "0010_find_unpaid",
    sql: """
        CREATE INDEX payment_unpaid ON payment(campaign, pledge) WHERE state < 20;
        -- Without this the planner takes both ways for equally long.
        INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
          ('payment', 'payment', '1000000 1000000 1 1'), ('payment', 'payment_unpaid', '40000 40000 1 1');
        ANALYZE sqlite_schema;
        """)
