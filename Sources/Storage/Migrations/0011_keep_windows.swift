/// Requests are committed a window at a time before they are sent: one row for all of them.
///
/// An operation has a row of its own when it failed, when nobody knows its end, or when it says more than the
/// entry that books its answer. Operations of an earlier version keep their rows.
let keepWindows = Migration(
    name: "0011_keep_windows",
    sql: """
        CREATE TABLE request_window (             -- committed, and not answered yet
          campaign INTEGER NOT NULL, first INTEGER NOT NULL,         -- numbers of pledges
          last INTEGER NOT NULL CHECK (last >= first),
          at INTEGER NOT NULL,
          requests TEXT NOT NULL,                 -- JSON: [[pledge, instalment, kind, attempt, amount], …]
          PRIMARY KEY (campaign, first),
          FOREIGN KEY (campaign, first) REFERENCES placing(campaign, number)
        ) STRICT, WITHOUT ROWID;
        """)
