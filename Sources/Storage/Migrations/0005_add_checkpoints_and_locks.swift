/// Checkpoints that outsiders can verify, and months that are closed to new entries.
///
/// Frozen: a later change is a migration of its own.
let addCheckpointsAndLocks = Migration(
    name: "0005_add_checkpoints_and_locks",
    sql: """
        -- append-only; the signed text is made of it and the book's id
        CREATE TABLE checkpoint (
          campaign INTEGER NOT NULL REFERENCES campaign(number),
          number INTEGER NOT NULL CHECK (number > 0),                -- the last entry that it covers
          at INTEGER NOT NULL,
          root BLOB NOT NULL CHECK (length(root) = 32),              -- RFC 6962, over the receipts' lines
          public_key BLOB NOT NULL CHECK (length(public_key) = 32),  -- Ed25519
          signature BLOB NOT NULL CHECK (length(signature) = 64),
          frontier BLOB NOT NULL,                 -- where the next one carries on
          PRIMARY KEY (campaign, number)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER checkpoint_is_permanent BEFORE UPDATE ON checkpoint
          BEGIN SELECT raise(ABORT, 'checkpoints are never changed'); END;
        CREATE TRIGGER checkpoint_is_kept BEFORE DELETE ON checkpoint
          BEGIN SELECT raise(ABORT, 'checkpoints are never deleted'); END;
        -- the last day that nothing may be dated on or before; NULL: no month is locked
        ALTER TABLE campaign ADD COLUMN locked_day INTEGER;
        """)
