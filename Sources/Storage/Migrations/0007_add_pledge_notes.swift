/// What a person wrote down about a pledge; it may be personal, so it is never in the journal.
let addPledgeNotes = Migration(
    name: "0007_add_pledge_notes",
    sql: """
        CREATE TABLE pledge_note (
          campaign INTEGER NOT NULL, number INTEGER NOT NULL, pledge INTEGER NOT NULL,
          at INTEGER NOT NULL, operator TEXT NOT NULL,
          text TEXT NOT NULL CHECK (length(text) BETWEEN 1 AND 2000),
          PRIMARY KEY (campaign, number),
          FOREIGN KEY (campaign, pledge) REFERENCES pledge(campaign, number)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX note_of_pledge ON pledge_note(campaign, pledge);
        """)
