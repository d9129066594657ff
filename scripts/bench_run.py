#!/usr/bin/env python3
"""Runs and times what scripts/bench compares; start it through scripts/bench, which builds first."""

import argparse
import datetime
import json
import os
import pathlib
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time

from bench_chart import chart
from bench_page import page

ROOT = pathlib.Path(__file__).resolve().parent.parent
CAMPAIGN = ROOT / "campaigns" / "bench" / "campaign.json"
PEER = ROOT / "scripts" / "bench_peer.py"
FOLDER = ROOT / ".build" / "bench"
LEAST_SHARE = 0.99
MISSED = 55  # of 10,000 rows after a tier is sold out, how many ask for it
COLUMNS = (
    "pledge_id,backer_name,email,country,tier,quantity,add_ons,choices,promotion,bonus,amount,currency,"
    "pledged_at,payment_method,payment_reference,status"
).split(",")


class Failure(Exception):
    """A command that did not do its work, or a book without its rows: there is nothing to compare."""


class Run:
    """How one process went: seconds on the clock, its peak memory in KiB, what it said."""

    def __init__(self, arguments, environment, folder, input_text=None, accept=(0,)):
        said = folder / "said.txt"
        os.sync()  # what the run before left to write is not this one's work
        with open(said, "w+", encoding="utf-8") as output:
            began = time.monotonic()
            process = subprocess.Popen(
                arguments, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT,
                stdin=subprocess.PIPE if input_text else subprocess.DEVNULL, text=True)
            if input_text:
                process.stdin.write(input_text)
                process.stdin.close()
            _, status, usage = os.wait4(process.pid, 0)
            self.seconds = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        self.peak = usage.ru_maxrss
        self.said = said.read_text(encoding="utf-8", errors="replace")
        if process.returncode not in accept:
            shown = " ".join(str(argument) for argument in arguments)
            raise Failure(f"{shown}\n{self.said[-2000:]}> exit {process.returncode}")


class Bench:
    """The work of one run of scripts/bench. `seconds` and `peaks` hold one figure a round under each name."""

    def __init__(self, options):
        self.options = options
        self.binary = options.binary
        self.seconds, self.peaks, self.sizes = {}, {}, {}
        self.in_book = self.pledged = 0
        self.work = FOLDER / "work"
        with open(CAMPAIGN, encoding="utf-8") as file:
            told = json.load(file)
        self.id = told["id"]
        self.opens = told.get("opens_at") or told["closes_at"]
        closes = datetime.datetime.fromisoformat(told["closes_at"])
        self.before_close = (closes - datetime.timedelta(seconds=1)).isoformat()
        self.after_close = (closes + datetime.timedelta(hours=1)).isoformat()
        self.after_window = (closes + datetime.timedelta(days=60)).isoformat()
        self.pledges = FOLDER / f"pledges-{options.rows}-{options.seed}.csv"

    def environment(self):
        home = self.work / "home"
        kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
        return {**kept, "HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"), "LC_ALL": "C.UTF-8",
                "TZ": "UTC", "NO_COLOR": "1"}

    def pledgebook(self, *arguments, accept=(0,)):
        return Run([self.binary, *map(str, arguments)], self.environment(), self.work, accept=accept)

    def timed(self, name, run):
        self.seconds.setdefault(name, []).append(run.seconds)
        self.peaks.setdefault(name, []).append(run.peak)
        print(f"  {name:<16} {run.seconds:8.3f} s {run.peak / 1024:8.1f} MiB", flush=True)
        return run

    def cancel_one(self):
        """Times `pledge cancel` of one pledge after the other on the large book."""
        book = sqlite3.connect(f"file:{self.work}/pledgebook.sqlite?mode=ro", uri=True)
        found = book.execute(
            "SELECT p.reference FROM payment m JOIN pledge p ON p.campaign = m.campaign AND p.number = m.pledge"
            " WHERE m.captured = 0 AND p.state = 1 ORDER BY m.pledge LIMIT 5").fetchall()
        book.close()
        for (reference,) in found:
            self.timed("cancel one", self.pledgebook(
                "pledge", "cancel", reference, "--campaign", self.id, "--override", "asked for it", "--yes",
                "--at", self.after_close))

    def refund_all(self):
        """Times the end of the same campaign when it wants more than its cards pay: all of it goes back."""
        with open(CAMPAIGN, encoding="utf-8") as file:
            told = json.load(file)
        told.pop("$schema", None)
        told["funding"]["goal"] = f"{self.pledged * 99 // 10_000}.00"
        self.fresh()
        campaign = self.work / "campaign.json"
        campaign.write_text(json.dumps(told), encoding="utf-8")
        self.pledgebook("init")
        self.pledgebook("campaign", "launch", campaign, "--yes", "--at", self.opens)
        self.pledgebook(
            "pledge", "import", self.pledges, "--campaign", self.id, "--rejects", "rejects.csv", "--yes",
            "--at", self.before_close, accept=(0, 3))
        self.pledgebook("campaign", "close", self.id, "--yes", "--at", self.after_close)
        self.timed("refund all", self.pledgebook(
            "campaign", "close", self.id, "--yes", "--at", self.after_window))
        book = sqlite3.connect(f"file:{self.work}/pledgebook.sqlite?mode=ro", uri=True)
        state = book.execute("SELECT state FROM campaign").fetchone()[0]
        book.close()
        if state not in ("releasing", "unfunded"):
            raise Failure(f"the campaign that was to miss its goal is {state}")

    def make_input(self):
        FOLDER.mkdir(parents=True, exist_ok=True)
        stamp = self.pledges.with_suffix(".made-from")
        made_from = CAMPAIGN.read_text(encoding="utf-8")
        if self.pledges.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == made_from:
            return
        print(f"making {self.pledges.relative_to(ROOT)}", flush=True)
        self.fresh()
        unfinished = self.pledges.with_suffix(".part")
        with open(unfinished, "wb") as output:
            subprocess.run(
                [self.binary, "sample", "pledges", "--campaign", CAMPAIGN, "--count", str(self.options.rows),
                 "--seed", str(self.options.seed), "--missed", str(MISSED)],
                check=True, stdout=output, env=self.environment(), cwd=self.work)
        unfinished.rename(self.pledges)
        stamp.write_text(made_from, encoding="utf-8")

    def fresh(self):
        shutil.rmtree(self.work, ignore_errors=True)
        (self.work / "home").mkdir(parents=True)

    def book_size(self):
        files = [self.work / f"pledgebook.sqlite{suffix}" for suffix in ("", "-wal")]
        return sum(file.stat().st_size for file in files if file.exists())

    def check_rows(self):
        book = sqlite3.connect(f"file:{self.work}/pledgebook.sqlite?mode=ro", uri=True)
        self.in_book = book.execute("SELECT count(*) FROM pledge").fetchone()[0]
        self.pledged = book.execute(
            "SELECT sum(goods + shipping + tax + bonus) FROM pledge").fetchone()[0]
        book.close()
        if self.in_book < LEAST_SHARE * self.options.rows:
            raise Failure(f"only {self.in_book:,} of {self.options.rows:,} rows are in the book")

    def import_ours(self, name):
        rejects = self.work / f"rejects-{name.replace(' ', '-')}.csv"
        return self.timed(name, self.pledgebook(
            "pledge", "import", self.pledges, "--campaign", self.id, "--rejects", rejects, "--yes",
            "--at", self.before_close, accept=(0, 3)))

    def sqlite_import(self, name, keyed):
        columns = [f"{column} TEXT" for column in COLUMNS]
        database = self.work / "peer.sqlite"
        index = ""
        if keyed:
            columns[0] += " PRIMARY KEY"
            index = "CREATE UNIQUE INDEX pledge_by_backer ON pledge(email, pledge_id);\n"
        script = (f"CREATE TABLE pledge({', '.join(columns)});\n{index}.mode csv\n"
                  f".import --skip 1 \"{self.pledges}\" pledge\nSELECT count(*) FROM pledge;\n")
        run = self.timed(name, Run(["sqlite3", "-bail", database], self.environment(), self.work, script))
        if run.said.split()[-1:] != [str(self.options.rows)]:
            raise Failure(f"sqlite3 .import: {run.said[-500:]}")
        database.unlink()

    def python(self, name, *arguments):
        interpreter = [sys.executable, PEER]
        return self.timed(name, Run([*interpreter, *arguments], self.environment(), self.work))

    def round(self, last):
        self.fresh()
        self.pledgebook("init")
        self.pledgebook("campaign", "launch", CAMPAIGN, "--yes", "--at", self.opens)
        self.import_ours("import")
        self.check_rows()
        self.sizes["import"] = self.book_size()
        self.sqlite_import("keyed", keyed=True)
        self.sqlite_import("bare", keyed=False)
        peer_book = self.work / "python.sqlite"
        self.python("python import", "import", CAMPAIGN, self.pledges, peer_book)
        self.import_ours("import again")
        self.timed("close", self.pledgebook(
            "campaign", "close", self.id, "--yes", "--at", self.after_close))
        self.python("python close", "close", CAMPAIGN, peer_book)
        self.sizes["close"] = self.book_size()
        peer_book.unlink()
        for _ in range(3):
            self.timed("cash flow", self.pledgebook("report", "cash-flow", "--campaign", self.id))
            self.timed("help", self.pledgebook("--help"))
        self.timed("verify", self.pledgebook("receipt", "verify", "--campaign", self.id))
        if last:
            self.cancel_one()
            self.refund_all()

    def run(self):
        self.make_input()
        for number in range(1, self.options.rounds + 1):
            print(f"round {number} of {self.options.rounds}", flush=True)
            self.round(last=number == self.options.rounds)
        if not self.options.keep:
            shutil.rmtree(self.work)

    def median(self, name):
        return statistics.median(self.seconds[name]) if name in self.seconds else None


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench")
    parser.add_argument("--binary", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--rows", type=int, default=1_000_000, help="pledges in the file (1000000)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is run; the median counts (5)")
    parser.add_argument("--seed", type=int, default=1, help="of the invented pledges (1)")
    parser.add_argument("--output", type=pathlib.Path, help="the page (docs/benchmarks.md for 1000000 rows)")
    parser.add_argument("--keep", action="store_true", help="keep the last round's book in .build/bench/work")
    options = parser.parse_args()
    if options.rows < 1 or options.rounds < 1:
        parser.error("--rows and --rounds are 1 or more")
    bench = Bench(options)
    try:
        bench.run()
    except (Failure, OSError, sqlite3.Error, subprocess.CalledProcessError) as problem:
        sys.exit(f"scripts/bench: {problem}")
    text = page(bench)
    print(text)
    output = options.output or (ROOT / "docs" / "benchmarks.md" if options.rows == 1_000_000 else None)
    if output:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")
        output.with_suffix(".svg").write_text(chart(bench), encoding="utf-8")
        print(f"wrote {output}")


if __name__ == "__main__":
    main()
