/// What an import wrote, who ran it, and whether it was undone.
///
/// Files that were imported before have no entries here: they are listed, and cannot be undone as a whole.
let rememberImports = Migration(
    name: "0006_remember_imports",
    sql: """
        ALTER TABLE import ADD COLUMN first INTEGER;       -- its entries; NULL: it wrote none
        ALTER TABLE import ADD COLUMN last INTEGER;
        ALTER TABLE import ADD COLUMN operator TEXT;
        -- pledges of the same platform that the file does not name any more
        ALTER TABLE import ADD COLUMN vanished INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE import ADD COLUMN changes TEXT;        -- the first differences, a line each
        ALTER TABLE import ADD COLUMN undone_at INTEGER;   -- NULL: it stands
        ALTER TABLE import ADD COLUMN undone_first INTEGER;  -- the entries that took it back
        ALTER TABLE import ADD COLUMN undone_last INTEGER;
        """)
