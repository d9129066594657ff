/// What pledges and their lines add up to, so that no screen and no decision has to read every pledge.
///
/// `paid`: 0 nothing is held, 1 a part, 2 all that is due, 3 nothing is due. `tier` and `payment` are -1 for
/// none.
let createTotals = Migration(
    name: "0002_create_totals",
    sql: """
        CREATE TABLE pledge_total (
          campaign INTEGER NOT NULL REFERENCES campaign(number),
          tier INTEGER NOT NULL, gateway INTEGER NOT NULL, state INTEGER NOT NULL, payment INTEGER NOT NULL,
          paid INTEGER NOT NULL CHECK (paid BETWEEN 0 AND 3), count INTEGER NOT NULL CHECK (count >= 0),
          quantity INTEGER NOT NULL, amount INTEGER NOT NULL, captured INTEGER NOT NULL,
          refunded INTEGER NOT NULL, committed INTEGER NOT NULL, disputed INTEGER NOT NULL,
          lost INTEGER NOT NULL,
          PRIMARY KEY (campaign, tier, gateway, state, payment, paid)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE line_total (                 -- add-ons (1) and choices (2)
          campaign INTEGER NOT NULL REFERENCES campaign(number),
          kind INTEGER NOT NULL, id TEXT NOT NULL, state INTEGER NOT NULL,
          paid INTEGER NOT NULL CHECK (paid BETWEEN 0 AND 3), units INTEGER NOT NULL CHECK (units >= 0),
          PRIMARY KEY (campaign, kind, id, state, paid)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE counted (
          campaign INTEGER NOT NULL, pledge INTEGER NOT NULL, tier INTEGER NOT NULL,
          gateway INTEGER NOT NULL, state INTEGER NOT NULL, payment INTEGER NOT NULL,
          quantity INTEGER NOT NULL, amount INTEGER NOT NULL,
          captured INTEGER NOT NULL, refunded INTEGER NOT NULL, committed INTEGER NOT NULL,
          disputed INTEGER NOT NULL, lost INTEGER NOT NULL, paid INTEGER NOT NULL,
          PRIMARY KEY (campaign, pledge)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO counted
          SELECT campaign, number, tier, gateway, state, payment, quantity, amount, captured, refunded,
            committed, disputed, lost,
            CASE WHEN amount = 0 THEN 3 WHEN captured - refunded - committed - lost <= 0 THEN 0
                 WHEN captured >= amount THEN 2 ELSE 1 END
          FROM (
            SELECT p.campaign, p.number, COALESCE(p.tier, -1) AS tier, p.gateway, p.state,
              COALESCE(MIN(CASE m.instalment WHEN 1 THEN m.state END), -1) AS payment, p.quantity,
              p.goods + p.shipping + p.tax + p.bonus AS amount, COALESCE(SUM(m.captured), 0) AS captured,
              COALESCE(SUM(m.refunded), 0) AS refunded, COALESCE(SUM(m.committed), 0) AS committed,
              COALESCE(SUM(m.disputed), 0) AS disputed, COALESCE(SUM(m.lost), 0) AS lost
            FROM pledge p LEFT JOIN payment m ON m.campaign = p.campaign AND m.pledge = p.number
            GROUP BY p.campaign, p.number);
        INSERT INTO pledge_total
          SELECT campaign, tier, gateway, state, payment, paid, COUNT(*), SUM(quantity), SUM(amount),
            SUM(captured), SUM(refunded), SUM(committed), SUM(disputed), SUM(lost)
          FROM counted GROUP BY campaign, tier, gateway, state, payment, paid;
        INSERT INTO line_total
          SELECT l.campaign, l.kind, l.id, c.state, c.paid, SUM(l.quantity)
          FROM line l JOIN counted c ON c.campaign = l.campaign AND c.pledge = l.pledge
          GROUP BY l.campaign, l.kind, l.id, c.state, c.paid;
        DROP TABLE counted;
        -- What is about the campaign as a whole is found without reading what is about its pledges.
        CREATE INDEX entry_of_campaign ON entry(campaign, kind) WHERE pledge IS NULL;
        """)
