#!/usr/bin/env python3
"""Has hledger, ledger and beancount read the journals that we write, and compares their balances with ours.

    journal_oracles.py FOLDER

In FOLDER lie `journal.hledger`, `journal.ledger`, `journal.beancount` and our own `trial-balance.csv`, all of the
same book. Each program must accept its journal in its strictest way, and must hold, account by account, what the
trial balance says. Prints what agreed; exits with 1 and a sentence for each difference. Run it with the Python of
.build/venv, which has beancount; hledger and ledger are commands.
"""

import collections
import csv
import decimal
import pathlib
import subprocess
import sys

from beancount import loader
from beancount.core import data


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0 or done.stderr.strip():
        sys.exit(f"{' '.join(map(str, command))}: {done.stderr or done.stdout}".strip())
    return done.stdout


def amount(text):
    """`-1,234.50 EUR` or `0`."""
    return decimal.Decimal(text.split()[0].replace(",", ""))


def by_trial_balance(path):
    with open(path, encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {row["account_name"]: decimal.Decimal(row["debit"]) - decimal.Decimal(row["credit"]) for row in rows}


def by_hledger(path):
    run("hledger", "-f", path, "check", "--strict")
    rows = csv.DictReader(run("hledger", "-f", path, "balance", "-N", "--flat", "-O", "csv").splitlines())
    return {row["account"]: amount(row["balance"]) for row in rows}


def by_ledger(path):
    line = "%(account)|%(scrub(amount))\\n"
    told = run("ledger", "--pedantic", "-f", path, "balance", "--flat", "--no-total", "--format", line)
    return {name: amount(held) for name, held in (line.split("|") for line in told.splitlines())}


def by_beancount(path):
    entries, errors, _ = loader.load_file(str(path))
    if errors:
        sys.exit("\n".join(f"{path}:{error.source['lineno']}: {error.message}" for error in errors))
    held = collections.defaultdict(decimal.Decimal)
    for entry in data.filter_txns(entries):
        for posting in entry.postings:
            held[posting.account] += posting.units.number
    return held


def main():
    folder = pathlib.Path(sys.argv[1])
    ours = {name: held for name, held in by_trial_balance(folder / "trial-balance.csv").items() if held}
    failed = False
    for name, read in [("hledger", by_hledger), ("ledger", by_ledger), ("beancount", by_beancount)]:
        theirs = {account: held for account, held in read(folder / f"journal.{name}").items() if held}
        for account in sorted(ours.keys() | theirs.keys()):
            if ours.get(account, 0) != theirs.get(account, 0):
                failed = True
                print(f"{name}: {account}: we say {ours.get(account, 0)}, it says {theirs.get(account, 0)}")
    if failed or not ours:
        sys.exit("the journals do not agree with the trial balance" if ours else "the trial balance is empty")
    print(f"hledger, ledger and beancount agree on {len(ours)} accounts")


main()
