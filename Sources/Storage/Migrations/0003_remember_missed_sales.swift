/// Which refused sales were counted as missed demand, so that a file that repeats them counts none twice.
let rememberMissedSales = Migration(
    name: "0003_remember_missed_sales",
    sql: """
        CREATE TABLE missed_sale (                -- key: keyed hash of the refused row's own key
          campaign INTEGER NOT NULL REFERENCES campaign(number), key INTEGER NOT NULL,
          PRIMARY KEY (campaign, key)
        ) STRICT, WITHOUT ROWID;
        """)
