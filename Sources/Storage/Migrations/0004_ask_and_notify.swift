/// How often a gateway was asked about an operation, and what backers are to be told.
let askAndNotify = Migration(
    name: "0004_ask_and_notify",
    sql: """
        -- how many instants of the schedule have been asked at since it was sent
        ALTER TABLE operation ADD COLUMN asked INTEGER NOT NULL DEFAULT 0 CHECK (asked >= 0);
        CREATE TABLE notice (                     -- what a backer is to be told, once
          campaign INTEGER NOT NULL, number INTEGER NOT NULL,
          pledge INTEGER NOT NULL, instalment INTEGER NOT NULL CHECK (instalment > 0),
          kind TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 32),
          turn INTEGER NOT NULL CHECK (turn > 0),  -- which period of the retry window; once each
          amount INTEGER NOT NULL,                -- what was not paid then, minor units
          at INTEGER NOT NULL, next_try INTEGER, ends INTEGER,
          sent_day INTEGER,                       -- NULL: nobody has said that it was sent
          PRIMARY KEY (campaign, number), UNIQUE (campaign, pledge, instalment, kind, turn),
          FOREIGN KEY (campaign, pledge) REFERENCES pledge(campaign, number)
        ) STRICT, WITHOUT ROWID;
        """)
