/// The first form of the book.
///
/// Frozen: a later change is a migration of its own.
let createBook = Migration(
    name: "0001_create_book",
    sql: """
        CREATE TABLE book (                       -- one row
          id         TEXT NOT NULL PRIMARY KEY,   -- random; part of every signing key's derivation
          key_secret BLOB NOT NULL CHECK (length(key_secret) = 16)   -- keys the hashes of the *_key tables
        ) STRICT;
        CREATE TABLE definition (
          digest BLOB PRIMARY KEY CHECK (length(digest) = 32), text TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE campaign (
          number     INTEGER PRIMARY KEY,         -- short, internal: repeated in every key
          id         TEXT NOT NULL UNIQUE,
          definition BLOB NOT NULL REFERENCES definition(digest),
          state      TEXT NOT NULL CHECK (state IN
            ('live','collecting','funded','releasing','unfunded','fulfilling','finished','canceled')),
          rehearsal  INTEGER CHECK (rehearsal IN (0, 1)),            -- NULL until the first pledge
          seed       INTEGER NOT NULL,            -- what the rehearsal gateway draws its declines from
          currency   TEXT NOT NULL,
          -- the zone's UTC offsets: days do not move with a newer zone file
          offsets    TEXT NOT NULL,
          launched_at INTEGER NOT NULL,
          closed_at  INTEGER,                     -- when collecting or releasing began
          decided_at INTEGER,                     -- when it was funded, unfunded or canceled
          release_to TEXT CHECK (release_to IN ('unfunded','canceled')),   -- where releasing leads
          succeeded  INTEGER NOT NULL DEFAULT 0 CHECK (succeeded IN (0, 1)),
          -- its entry's number: from here receipts say what kind of money it is
          first_pledge INTEGER,
          -- read first by every write
          head INTEGER NOT NULL DEFAULT 0, tag BLOB NOT NULL CHECK (length(tag) = 32)
        ) STRICT;
        CREATE TABLE amendment (                  -- which definition was in force from when
          campaign INTEGER NOT NULL REFERENCES campaign(number), entry INTEGER NOT NULL, at INTEGER NOT NULL,
          definition BLOB NOT NULL REFERENCES definition(digest), PRIMARY KEY (campaign, entry)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE epoch (                      -- one signing key of a campaign
          campaign INTEGER NOT NULL REFERENCES campaign(number), number INTEGER NOT NULL,
          first_entry INTEGER NOT NULL, key_check TEXT NOT NULL,
          PRIMARY KEY (campaign, number)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE session (                    -- one row a command that wrote
          campaign INTEGER NOT NULL REFERENCES campaign(number), number INTEGER NOT NULL,
          first INTEGER NOT NULL, last INTEGER NOT NULL, at INTEGER NOT NULL,
          operator TEXT NOT NULL, version TEXT NOT NULL, command TEXT NOT NULL, reason TEXT,
          PRIMARY KEY (campaign, number)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE import (                     -- one row a file
          campaign INTEGER NOT NULL REFERENCES campaign(number), number INTEGER NOT NULL,
          at INTEGER NOT NULL, source TEXT NOT NULL, file TEXT NOT NULL,
          digest BLOB NOT NULL CHECK (length(digest) = 32),
          rows INTEGER NOT NULL, placed INTEGER NOT NULL, changed INTEGER NOT NULL, same INTEGER NOT NULL,
          refused INTEGER NOT NULL, collected INTEGER NOT NULL,      -- 1: the file told of collected money
          PRIMARY KEY (campaign, number)
        ) STRICT, WITHOUT ROWID;
        -- tiers (1), add-ons (2), promotions (3), and what is taken of each
        CREATE TABLE offer (
          campaign INTEGER NOT NULL REFERENCES campaign(number),
          kind INTEGER NOT NULL, number INTEGER NOT NULL,
          -- a platform may have sold more than there is
          id TEXT NOT NULL, taken INTEGER NOT NULL DEFAULT 0 CHECK (taken >= 0),
          PRIMARY KEY (campaign, kind, number), UNIQUE (campaign, kind, id)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE missed_demand (              -- sales that a rule refused
          campaign INTEGER NOT NULL REFERENCES campaign(number), reason TEXT NOT NULL, tier TEXT NOT NULL,
          count INTEGER NOT NULL, PRIMARY KEY (campaign, reason, tier)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE backer (                     -- the only personal data
          campaign INTEGER NOT NULL REFERENCES campaign(number), number INTEGER NOT NULL,
          email TEXT, name TEXT, country TEXT, address TEXT, answers TEXT,
          PRIMARY KEY (campaign, number)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE pledge (
          campaign INTEGER NOT NULL, number INTEGER NOT NULL,        -- the number of the entry that placed it
          reference TEXT NOT NULL CHECK (length(reference) BETWEEN 1 AND 64),
          source_key TEXT, backer INTEGER NOT NULL, tier INTEGER, promotion INTEGER,
          quantity INTEGER NOT NULL CHECK (quantity > 0), destination TEXT,
          goods INTEGER NOT NULL CHECK (goods >= 0), shipping INTEGER NOT NULL CHECK (shipping >= 0),
          tax INTEGER NOT NULL CHECK (tax >= 0), bonus INTEGER NOT NULL CHECK (bonus >= 0),
          placed_at INTEGER NOT NULL, gateway INTEGER NOT NULL, method TEXT,
          state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),      -- placed, canceled, dropped, delivered
          PRIMARY KEY (campaign, number),
          FOREIGN KEY (campaign, backer) REFERENCES backer(campaign, number)
        ) STRICT, WITHOUT ROWID;
        -- where a pledge says more than its tier: add-ons (1), choices (2)
        CREATE TABLE line (
          campaign INTEGER NOT NULL, pledge INTEGER NOT NULL, kind INTEGER NOT NULL, id TEXT NOT NULL,
          quantity INTEGER NOT NULL CHECK (quantity > 0),
          PRIMARY KEY (campaign, pledge, kind, id),
          FOREIGN KEY (campaign, pledge) REFERENCES pledge(campaign, number)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE payment (                    -- created by its first operation or fact
          campaign INTEGER NOT NULL, pledge INTEGER NOT NULL,
          instalment INTEGER NOT NULL CHECK (instalment > 0),
          state INTEGER NOT NULL, ending INTEGER NOT NULL, flags INTEGER NOT NULL DEFAULT 0,
          authorized INTEGER NOT NULL CHECK (authorized >= 0),
          captured INTEGER NOT NULL CHECK (captured >= 0),
          voided INTEGER NOT NULL CHECK (voided >= 0), refunded INTEGER NOT NULL CHECK (refunded >= 0),
          committed INTEGER NOT NULL CHECK (committed >= 0), disputed INTEGER NOT NULL CHECK (disputed >= 0),
          lost INTEGER NOT NULL CHECK (lost >= 0), excess INTEGER NOT NULL DEFAULT 0, capture_before INTEGER,
          CHECK (captured + voided <= authorized), CHECK (refunded + committed + lost <= captured),
          CHECK (disputed <= captured),
          PRIMARY KEY (campaign, pledge, instalment),
          FOREIGN KEY (campaign, pledge) REFERENCES pledge(campaign, number)
        ) STRICT, WITHOUT ROWID;
        -- its idempotency key is made of the book's id and these columns
        CREATE TABLE operation (
          campaign INTEGER NOT NULL, pledge INTEGER NOT NULL, instalment INTEGER NOT NULL,
          kind INTEGER NOT NULL, attempt INTEGER NOT NULL CHECK (attempt > 0),
          amount INTEGER NOT NULL CHECK (amount > 0), state INTEGER NOT NULL DEFAULT 0,
          at INTEGER NOT NULL,                    -- when it was committed, or last answered for certain
          PRIMARY KEY (campaign, pledge, instalment, kind, attempt),
          FOREIGN KEY (campaign, pledge) REFERENCES pledge(campaign, number)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE run (                        -- a planned run is only in the definition
          campaign INTEGER NOT NULL REFERENCES campaign(number), id TEXT NOT NULL,
          state TEXT NOT NULL CHECK (state IN ('launched','received','closed','canceled')),
          launched_day INTEGER NOT NULL, expected_day INTEGER NOT NULL, unit_cost INTEGER NOT NULL,
          deposit INTEGER NOT NULL,               -- what is due to the supplier at launch, minor units
          PRIMARY KEY (campaign, id)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE run_unit (
          campaign INTEGER NOT NULL, run TEXT NOT NULL, sku TEXT NOT NULL,
          ordered INTEGER NOT NULL CHECK (ordered >= 0),
          received INTEGER NOT NULL DEFAULT 0 CHECK (received >= 0),
          written_off INTEGER NOT NULL DEFAULT 0 CHECK (written_off >= 0),
          PRIMARY KEY (campaign, run, sku), FOREIGN KEY (campaign, run) REFERENCES run(campaign, id)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE allocation (                 -- units reserved for a pledge; run '' is stock
          campaign INTEGER NOT NULL, pledge INTEGER NOT NULL, sku TEXT NOT NULL, run TEXT NOT NULL,
          quantity INTEGER NOT NULL CHECK (quantity > 0),
          shipped INTEGER NOT NULL DEFAULT 0 CHECK (shipped BETWEEN 0 AND quantity),
          PRIMARY KEY (campaign, pledge, sku, run),
          FOREIGN KEY (campaign, pledge) REFERENCES pledge(campaign, number)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE entry (                      -- append-only; every column but tag is in the signed text
          campaign INTEGER NOT NULL REFERENCES campaign(number), number INTEGER NOT NULL CHECK (number > 0),
          kind INTEGER NOT NULL, pledge INTEGER, instalment INTEGER, run TEXT,
          at INTEGER NOT NULL, day INTEGER NOT NULL,
          goods INTEGER NOT NULL DEFAULT 0, shipping INTEGER NOT NULL DEFAULT 0,
          tax INTEGER NOT NULL DEFAULT 0,
          fee INTEGER NOT NULL DEFAULT 0, other INTEGER NOT NULL DEFAULT 0,
          reverses INTEGER, reference TEXT, detail TEXT, tag BLOB NOT NULL CHECK (length(tag) = 32),
          CHECK (reverses IS NOT NULL
            OR (goods >= 0 AND shipping >= 0 AND tax >= 0 AND fee >= 0 AND other >= 0)),
          PRIMARY KEY (campaign, number), FOREIGN KEY (campaign, pledge) REFERENCES pledge(campaign, number)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX entry_of_pledge ON entry(campaign, pledge) WHERE kind <> 1 AND pledge IS NOT NULL;
        CREATE TRIGGER entry_is_permanent BEFORE UPDATE ON entry
          BEGIN SELECT raise(ABORT, 'entries are never changed; append a correction'); END;
        CREATE TRIGGER entry_is_kept BEFORE DELETE ON entry
          BEGIN SELECT raise(ABORT, 'entries are never deleted'); END;
        CREATE TABLE daily (
          campaign INTEGER NOT NULL, day INTEGER NOT NULL, kind INTEGER NOT NULL, count INTEGER NOT NULL,
          goods INTEGER NOT NULL, shipping INTEGER NOT NULL, tax INTEGER NOT NULL,
          fee INTEGER NOT NULL, other INTEGER NOT NULL, PRIMARY KEY (campaign, day, kind)
        ) STRICT, WITHOUT ROWID;
        -- Keyed 64-bit hashes instead of text indexes; every hit is compared with the row's text.
        CREATE TABLE backer_key (
          campaign INTEGER NOT NULL, hash INTEGER NOT NULL, number INTEGER NOT NULL,
          PRIMARY KEY (campaign, hash, number)
        ) STRICT, WITHOUT ROWID;
        -- content: keyed hash of the imported row; the same, nothing to do
        CREATE TABLE pledge_key (
          campaign INTEGER NOT NULL, hash INTEGER NOT NULL, number INTEGER NOT NULL, content INTEGER NOT NULL,
          PRIMARY KEY (campaign, hash, number)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE posting_rule (
          kind INTEGER NOT NULL, part INTEGER NOT NULL, account INTEGER NOT NULL,
          sign INTEGER NOT NULL CHECK (sign IN (-1, 1)), PRIMARY KEY (kind, part, account)
        ) STRICT, WITHOUT ROWID;
        CREATE VIEW posting AS
          SELECT e.campaign, e.number, r.account, e.day,
                 r.sign * CASE r.part WHEN 1 THEN e.goods WHEN 2 THEN e.shipping WHEN 3 THEN e.tax
                                      WHEN 4 THEN e.fee WHEN 5 THEN e.other END AS amount
          FROM entry e JOIN posting_rule r ON r.kind = e.kind;
        -- What the planner is told of the journal: many entries a campaign, few a pledge. It never changes,
        -- so the same question is answered the same way in a small book and in a large one.
        ANALYZE;
        INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
          ('entry', 'entry', '1000000 1000000 1'), ('entry', 'entry_of_pledge', '1000000 1000000 2 1');
        ANALYZE sqlite_schema;
        """)
