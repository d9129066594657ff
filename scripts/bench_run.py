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

import bench_more
import bench_peers
import bench_rules
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
        self.campaign = CAMPAIGN
        self.seconds, self.peaks, self.sizes, self.bytes = {}, {}, {}, {}
        self.in_book = self.pledged = self.small_rows = 0
        self.peers, self.left_out = {}, []
        self.work = FOLDER / "work"
        with open(CAMPAIGN, encoding="utf-8") as file:
            told = json.load(file)
        self.id = told["id"]
        self.opens = told.get("opens_at") or told["closes_at"]
        closes = datetime.datetime.fromisoformat(told["closes_at"])
        self.before_close = (closes - datetime.timedelta(seconds=1)).isoformat()
        self.after_report = (closes + datetime.timedelta(days=3)).isoformat()
        self.after_close = (closes + datetime.timedelta(hours=1)).isoformat()
        self.after_window = (closes + datetime.timedelta(days=60)).isoformat()
        self.pledges = self.input_of(options.rows)

    def input_of(self, rows):
        return FOLDER / f"pledges-{rows}-{self.options.seed}.csv"

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
        found = self.ask_book(
            "SELECT p.reference FROM payment m"
            " JOIN pledge p ON p.campaign = m.campaign AND p.number = m.pledge"
            " WHERE m.captured = 0 AND p.state = 1 ORDER BY m.pledge LIMIT 5")
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
        self.launch(campaign)
        self.import_file(self.pledges, "refunded")
        self.pledgebook("campaign", "close", self.id, "--yes", "--at", self.after_close)
        self.timed("refund all", self.pledgebook(
            "campaign", "close", self.id, "--yes", "--at", self.after_window))
        state = self.ask_book("SELECT state FROM campaign")[0][0]
        if state not in ("releasing", "unfunded"):
            raise Failure(f"the campaign that was to miss its goal is {state}")

    def make_input(self, rows):
        """The file of that many pledges."""
        return self.make(self.input_of(rows), rows, "--missed", MISSED)

    def make(self, path, rows, *options):
        """What `sample pledges` writes; made anew only when the campaign is another one."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        stamp = path.with_suffix(".made-from")
        made_from = CAMPAIGN.read_text(encoding="utf-8")
        if path.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == made_from:
            return path
        print(f"making {path.relative_to(ROOT)}", flush=True)
        self.fresh()
        unfinished = path.with_suffix(".part")
        for old in (unfinished, path):
            if old.is_dir():
                shutil.rmtree(old)
            else:
                old.unlink(missing_ok=True)
        self.pledgebook(
            "sample", "pledges", "--campaign", CAMPAIGN, "--count", rows,
            "--seed", self.options.seed, "--output", unfinished, *options)
        unfinished.rename(path)
        stamp.write_text(made_from, encoding="utf-8")
        return path

    def fresh(self):
        shutil.rmtree(self.work, ignore_errors=True)
        (self.work / "home").mkdir(parents=True)

    def book_size(self):
        files = [self.work / f"pledgebook.sqlite{suffix}" for suffix in ("", "-wal")]
        return sum(file.stat().st_size for file in files if file.exists())

    def ask_book(self, question):
        book = sqlite3.connect(f"file:{self.work}/pledgebook.sqlite?mode=ro", uri=True)
        try:
            return book.execute(question).fetchall()
        finally:
            book.close()

    def check_rows(self):
        self.in_book = self.count_pledges()
        self.pledged = self.ask_book("SELECT sum(goods + shipping + tax + bonus) FROM pledge")[0][0]
        self.expect_rows(self.in_book, self.options.rows, self.pledges.name)

    def count_pledges(self):
        return self.ask_book("SELECT count(*) FROM pledge")[0][0]

    def expect_rows(self, found, rows, source):
        if not LEAST_SHARE * rows <= found <= rows:
            raise Failure(f"{found:,} pledges came of the {rows:,} rows of {source}")

    def launch(self, campaign=CAMPAIGN):
        self.pledgebook("init")
        self.pledgebook("campaign", "launch", campaign, "--yes", "--at", self.opens)

    def import_file(self, file, name, moment=None):
        return self.pledgebook(
            "pledge", "import", file, "--campaign", self.id, "--rejects", self.work / f"rejects-{name}.csv",
            "--yes", "--at", moment or self.before_close, accept=(0, 3))

    def import_ours(self, name):
        return self.timed(name, self.import_file(self.pledges, name.replace(" ", "-")))

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

    def peer_imports(self):
        """The peers' imports; each has to come to our pledges and amounts, but for a few rows at a limit."""
        for name, peer in self.peers.items():
            told = peer.run(name, self, Run).split()[-2:]
            for found, ours in zip(told, (self.in_book, self.pledged), strict=True):
                if abs(int(found) - ours) > ours // 1_000:
                    raise Failure(
                        f"{peer.title} comes to {' '.join(told)}, we to {self.in_book} {self.pledged}")

    def round(self, last):
        bench_more.import_beside(self)
        self.fresh()
        self.launch()
        self.import_ours("import")
        self.check_rows()
        self.sizes["import"] = self.book_size()
        self.sqlite_import("keyed", keyed=True)
        self.sqlite_import("bare", keyed=False)
        peer_book = self.work / "python.sqlite"
        self.python("python import", "import", CAMPAIGN, self.pledges, peer_book)
        self.peer_imports()
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
        bench_more.kickstarter_import(self)

    def run(self):
        self.make_input(self.options.rows)
        self.bytes["import"] = self.pledges.stat().st_size
        self.peers, self.left_out = bench_peers.prepare(self.options.peers, FOLDER)
        for sentence in self.left_out:
            print(sentence, flush=True)
        try:
            for number in range(1, self.options.rounds + 1):
                print(f"round {number} of {self.options.rounds}", flush=True)
                self.round(last=number == self.options.rounds)
        finally:
            for peer in self.peers.values():
                peer.stop()
        bench_more.small_imports(self)
        if self.options.ten_million:
            bench_more.ten_times(self)
        if not self.options.keep:
            shutil.rmtree(self.work)

    def median(self, name):
        return statistics.median(self.seconds[name]) if name in self.seconds else None


def peers(text):
    names = [name for name in text.split(",") if name not in ("", "none")]
    for name in names:
        if name not in bench_peers.PEERS:
            raise argparse.ArgumentTypeError(f"there is no peer {name}; there are duckdb and postgresql")
    return names


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench")
    parser.add_argument("--binary", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--rows", type=int, default=1_000_000, help="pledges in the file (1000000)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is run; the median counts (5)")
    parser.add_argument("--seed", type=int, default=1, help="of the invented pledges (1)")
    parser.add_argument("--peers", type=peers, default=list(bench_peers.PEERS),
                        help="which databases: duckdb,postgresql or none (all that can be installed)")
    parser.add_argument("--ten-million", action="store_true", help="also import ten times as many pledges")
    parser.add_argument("--output", type=pathlib.Path, help="the page (docs/benchmarks.md for 1000000 rows)")
    parser.add_argument("--keep", action="store_true", help="keep the last book in .build/bench/work")
    options = parser.parse_args()
    if options.rows < 1 or options.rounds < 1:
        parser.error("--rows and --rounds are 1 or more")
    bench = Bench(options)
    try:
        bench.run()
    except (Failure, bench_peers.LeftOut, bench_rules.Unsupported, OSError, sqlite3.Error,
            subprocess.CalledProcessError) as problem:
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
