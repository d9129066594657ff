/// The Merkle tree over a campaign's receipts stands beside the chain's head, so that a checkpoint over a
/// million receipts costs nothing but its signature.
let keepTheTree = Migration(
    name: "0008_keep_the_tree",
    sql: """
        -- the roots of the tree's full parts, 32 bytes for each bit that is set in head; NULL: not known
        ALTER TABLE campaign ADD COLUMN frontier BLOB CHECK (length(frontier) % 32 = 0);
        """)
