/// A pledge's row holds what was placed, with the signature of the entry that placed it: what both say stands
/// once.
///
/// `placing` is never rewritten. What has become of a pledge since is in `changed_pledge`, and the views
/// `pledge` and `journal` are what is read. Entries of an earlier version stay where they are: there `tag` is
/// NULL.
let keepPlacings = Migration(
    name: "0009_keep_placings",
    sql: """
        ALTER TABLE pledge RENAME TO placing;
        ALTER TABLE placing ADD COLUMN at INTEGER;         -- of the entry that placed it, as the following
        ALTER TABLE placing ADD COLUMN day INTEGER;
        ALTER TABLE placing ADD COLUMN detail TEXT;        -- without its end, which other columns say
        ALTER TABLE placing ADD COLUMN tag BLOB
          CHECK (tag IS NULL OR (length(tag) = 32 AND at IS NOT NULL AND day IS NOT NULL));
        CREATE TRIGGER placing_is_permanent BEFORE UPDATE
          OF campaign, number, reference, goods, shipping, tax, bonus, placed_at, gateway, method, at, day,
            detail, tag
          ON placing WHEN OLD.tag IS NOT NULL OR NEW.tag IS NOT NULL
          BEGIN SELECT raise(ABORT, 'what was placed is never changed; append a correction'); END;
        CREATE TRIGGER placing_is_kept BEFORE DELETE ON placing
          BEGIN SELECT raise(ABORT, 'what was placed is never deleted'); END;
        CREATE TABLE changed_pledge (             -- a pledge that is not as it was placed, in full
          campaign INTEGER NOT NULL, number INTEGER NOT NULL, tier INTEGER, promotion INTEGER,
          quantity INTEGER NOT NULL CHECK (quantity > 0), destination TEXT,
          goods INTEGER NOT NULL CHECK (goods >= 0), shipping INTEGER NOT NULL CHECK (shipping >= 0),
          tax INTEGER NOT NULL CHECK (tax >= 0), bonus INTEGER NOT NULL CHECK (bonus >= 0),
          method TEXT, state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
          PRIMARY KEY (campaign, number),
          FOREIGN KEY (campaign, number) REFERENCES placing(campaign, number)
        ) STRICT, WITHOUT ROWID;
        CREATE VIEW pledge AS
          SELECT p.campaign, p.number, p.reference, p.source_key, p.backer,
            CASE WHEN c.state IS NULL THEN p.tier ELSE c.tier END AS tier,
            CASE WHEN c.state IS NULL THEN p.promotion ELSE c.promotion END AS promotion,
            coalesce(c.quantity, p.quantity) AS quantity,
            CASE WHEN c.state IS NULL THEN p.destination ELSE c.destination END AS destination,
            coalesce(c.goods, p.goods) AS goods, coalesce(c.shipping, p.shipping) AS shipping,
            coalesce(c.tax, p.tax) AS tax, coalesce(c.bonus, p.bonus) AS bonus, p.placed_at, p.gateway,
            CASE WHEN c.state IS NULL THEN p.method ELSE c.method END AS method,
            coalesce(c.state, p.state) AS state
          FROM placing p LEFT JOIN changed_pledge c ON c.campaign = p.campaign AND c.number = p.number;
        CREATE VIEW journal AS
          SELECT campaign, number, kind, pledge, (SELECT p.reference FROM placing p
              WHERE p.campaign = entry.campaign AND p.number = entry.pledge) AS subject, instalment, run, at,
            day, goods, shipping, tax, fee, other, reverses, reference, detail, tag
          FROM entry
          UNION ALL
          SELECT campaign, number, 1, number, reference, NULL, NULL, at, day, goods + bonus, shipping, tax,
            0, 0, NULL, method, detail || ';via=' || gateway || ';at=' || placed_at, tag
          FROM placing WHERE tag IS NOT NULL;
        DROP VIEW posting;
        CREATE VIEW posting AS
          SELECT e.campaign, e.number, r.account, e.day,
                 r.sign * CASE r.part WHEN 1 THEN e.goods WHEN 2 THEN e.shipping WHEN 3 THEN e.tax
                                      WHEN 4 THEN e.fee WHEN 5 THEN e.other END AS amount
          FROM entry e JOIN posting_rule r ON r.kind = e.kind
          UNION ALL
          SELECT p.campaign, p.number, r.account, p.day,
                 r.sign * CASE r.part WHEN 1 THEN p.goods + p.bonus WHEN 2 THEN p.shipping
                                      WHEN 3 THEN p.tax ELSE 0 END
          FROM placing p JOIN posting_rule r ON r.kind = 1 WHERE p.tag IS NOT NULL;
        """)
