#!/usr/bin/env python3
"""DuckDB doing the import of scripts/bench, by scripts/bench_duckdb.sql.

    python bench_duckdb.py CAMPAIGN.json PLEDGES.csv BOOK.duckdb

Prints how many pledges the book holds and what they promise. Safe to run again: overwrites the book.
"""

import pathlib
import sys

import duckdb

from bench_rules import job


def main():
    if len(sys.argv) != 4:
        print(__doc__.strip(), file=sys.stderr)
        sys.exit(64)
    campaign, pledges, path = sys.argv[1:]
    for suffix in ("", ".wal"):
        pathlib.Path(path + suffix).unlink(missing_ok=True)
    script = job(pathlib.Path(__file__).with_suffix(".sql"), campaign, pledges)
    with duckdb.connect(path) as book:
        print(*book.execute(script).fetchone())


if __name__ == "__main__":
    main()
