"""The page that scripts/bench writes: what was measured, beside the goals, and no other figure."""

import dataclasses
import datetime
import os
import pathlib
import platform
import resource
import sqlite3
import statistics
import subprocess
import typing

from bench_more import SMALL_FILES
from bench_peers import PEERS

RUNS = [
    ("import", "pledge import"), ("import beside", "pledge import, the book open elsewhere"),
    ("import again", "the same file again"),
    ("small import", "pledge import, a small file"),
    ("kickstarter import", "pledge import, Kickstarter's report"),
    ("ten times", "pledge import, ten times as many"), ("close", "campaign close"),
    ("cash flow", "report cash-flow"), ("help", "pledgebook --help"), ("verify", "receipt verify"),
    ("refund all", "campaign close (refund all)"), ("cancel one", "pledge cancel, one pledge"),
    ("keyed", "sqlite3 .import, same keys"), ("bare", "sqlite3 .import, bare table"),
    ("python import", "Python script, import"), ("python close", "Python script, close"),
    ("duckdb", "DuckDB, import"), ("postgresql", "PostgreSQL, import"),
]


@dataclasses.dataclass
class Goal:
    """What is measured, and what it shall be: at first, and with the import issue."""

    what: str
    measured: typing.Callable
    unit: str
    digits: int
    first: float | None
    later: float | None
    at_least: bool = False

    def row(self, bench):
        measured = self.measured(bench)
        if measured is None:
            told = "not in this run"
        else:
            told = f"{measured:.{self.digits}f} {self.unit}"
        cells = [self.what.format(small=bench.small_rows), told]
        cells += self.cells(measured, self.first) + self.cells(measured, self.later)
        return f"| {' | '.join(cells)} |"

    def cells(self, measured, goal):
        if goal is None:
            return ["–", ""]
        unit = self.unit.removesuffix(" faster")
        told = f"{'≥' if self.at_least else '≤'} {goal:g} {unit}"
        if measured is None:
            return [told, ""]
        holds = measured >= goal if self.at_least else measured <= goal
        return [told, "reached" if holds else "**missed**"]


def ratio(ours, peer):
    """How many times as long as `peer` a run takes; `None` where one of the two was not run."""
    def measured(bench):
        seconds = bench.median(ours), bench.median(peer)
        return None if None in seconds else seconds[0] / seconds[1]
    return measured


def milliseconds(name):
    return lambda bench: None if bench.median(name) is None else bench.median(name) * 1000


def peak(name):
    return lambda bench: max(bench.peaks[name]) / 1024 if name in bench.peaks else None


def size(moment):
    return lambda bench: bench.sizes[moment] / bench.bytes["import"]


def per_byte(bench):
    seconds = ratio("kickstarter import", "import")(bench)
    if seconds is None:
        return None
    return seconds * bench.bytes["import"] / bench.bytes["kickstarter import"]


GOALS = [
    Goal("import against `.import` with the same keys", ratio("import", "keyed"), "×", 2, 0.7, 0.5),
    Goal("import on a book held alone against `.import` into a bare table", ratio("import", "bare"), "×", 2,
         None, 1.1),
    Goal("import against `.import` into a bare table, while others have the book open",
         ratio("import beside", "bare"), "×", 2, None, 1.5),
    Goal("import against the Python script", ratio("python import", "import"), "× faster", 1, 8, 10, True),
    Goal("import against PostgreSQL", ratio("postgresql", "import"), "× faster", 1, None, 10, True),
    Goal("import against DuckDB", ratio("duckdb", "import"), "× faster", 1, None, 1.5, True),
    Goal("the same file again against the import", ratio("import again", "import"), "×", 2, None, 0.5),
    Goal("Kickstarter's report of 2023 against our own CSV, per byte", per_byte, "×", 2, None, 1.5),
    Goal("{small:,} new rows into the large book, process start included", milliseconds("small import"), "ms",
         0, None, 100),
    Goal("close against the import", ratio("close", "import"), "×", 2, 1.25, 1.0),
    Goal("close against the Python script", ratio("python close", "close"), "× faster", 1, 5, None, True),
    Goal("refund all against close", ratio("refund all", "close"), "×", 2, 1.6, None),
    Goal("verify all receipts against the import", ratio("verify", "import"), "×", 2, 0.75, None),
    Goal("cash-flow report, process start included", milliseconds("cash flow"), "ms", 1, 50, 30),
    Goal("one `pledge cancel`, process start included", milliseconds("cancel one"), "ms", 1, None, 30),
    Goal("`pledgebook --help`", milliseconds("help"), "ms", 1, 20, 15),
    Goal("peak memory of the import", peak("import"), "MiB", 0, 256, 224),
    Goal("peak memory of an import of ten times as many", peak("ten times"), "MiB", 0, None, 768),
    Goal("an import of ten times as many against the import", ratio("ten times", "import"), "×", 1, None,
         17),
    Goal("size of the book after import, against the CSV's", size("import"), "×", 2, None, 2.4),
    Goal("size of the book after close, against the CSV's", size("close"), "×", 2, None, 3.6),
]


def mebibytes(peak):
    """A peak in KiB for people. Linux counts what the starting process held before exec: less is not seen."""
    floor = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return f"{peak / 1024:.0f}" if peak > 1.1 * floor else f"under {floor * 1.1 / 1024:.0f}"


def time_rows(bench):
    for name, what in RUNS:
        if name not in bench.seconds:
            continue
        each = bench.seconds[name]
        # The work of PostgreSQL is done by its server, and not by the process that is waited for.
        has_peak = name not in bench.peers or bench.peers[name].has_peak
        most = mebibytes(max(bench.peaks[name])) if has_peak else "–"
        spread = f"{min(each):.3f} – {max(each):.3f}"
        yield f"| {what} | {statistics.median(each):.3f} | {spread} | {len(each)} | {most} |"


def first_line(*arguments):
    try:
        told = subprocess.run(arguments, capture_output=True, text=True, check=True).stdout
        return told.strip().split("\n")[0]
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def machine_rows(bench):
    model = "unknown"
    for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    yield f"processor: {model}, {len(os.sched_getaffinity(0))} cores; memory: {memory:.0f} GiB"
    yield f"system: {platform.system()} {platform.release()}, file system {file_system(bench.work.parent)}"
    yield f"Swift: {first_line('swift', '--version')}"
    yield f"sqlite3: {first_line('sqlite3', '--version').split(' ')[0]}"
    yield f"Python: {platform.python_version()}, its SQLite {sqlite3.sqlite_version}"
    for peer in bench.peers.values():
        yield f"{peer.title}: {peer.version}"


def file_system(folder):
    return first_line("stat", "--file-system", "--format=%T", str(folder))


def method(bench):
    """How it was measured, in lines of Markdown."""
    yield from (
        "Each run is a process of its own, from its start to its end, on a book made anew for each round;",
        "`sync` is called before each. `.import` runs with sqlite3's own defaults (rollback journal,",
        "synchronous=FULL); the Python script and Pledgebook use WAL and synchronous=FULL.",
        "The first import has the book to itself, so that SQLite keeps a rollback journal there, too, with",
        "synchronous=EXTRA; “the book open elsewhere” is the same import while another process has it open.",
        "`.import` checks, prices and signs nothing; the Python script does the same work as we do, but for",
        "the checkpoint over all receipts that each closing signs. “Refund all” is the end of the same",
        "campaign when it misses its goal: cards that failed are tried once more, then everything goes back.",
        "")
    if bench.peers:
        yield from (
            "The databases do the same import by SQL (scripts/bench_duckdb.sql, scripts/bench_postgres.sql):",
            "read, check, price, hold the limits, find the backers, sign, write, commit durably. PostgreSQL",
            "has our keys and a chain of HMACs, made by pgcrypto; its server is up before the time begins",
            "and its memory is not in the table. DuckDB has no keys, and its HMACs are not chained.", "")
    yield from (
        f"The small imports are {SMALL_FILES} files of {bench.small_rows:,} rows that are not in the book, "
        "from everywhere",
        "in the large file, one after the other. Kickstarter's report is a folder of "
        f"{bench.bytes['kickstarter import'] / 1e6:,.0f} MB with addresses",
        "and collected pledges: a second entry and a payment for most of its rows.")


def page(bench):
    options = bench.options
    today = datetime.date.today().isoformat()
    refused = options.rows - bench.in_book
    again = "scripts/bench" + (f" --rows {options.rows}" if options.rows != 1_000_000 else "")
    again += (f" --rounds {options.rounds}" if options.rounds != 5 else "")
    again += (f" --seed {options.seed}" if options.seed != 1 else "")
    again += (f" --peers {','.join(options.peers) or 'none'}" if set(options.peers) != set(PEERS) else "")
    again += (" --ten-million" if options.ten_million else "")
    row = bench.bytes["import"] / options.rows
    lines = [
        "# Benchmarks", "",
        "<!-- Written by scripts/bench; do not edit. Every figure was measured in the run it names. -->", "",
        f"Measured on {today}: {options.rows:,} pledges, {row:.0f} bytes a row,",
        f"{bench.in_book:,} in the book, {refused:,} refused; "
        f"{options.rounds} {'round' if options.rounds == 1 else 'rounds'}, ours and the peers in turn.",
        "Times drift from run to run and from machine to machine; the ratios of one run are what counts.", "",
        "![The medians as bars](benchmarks.svg)", "",
        "## Against the goals", "", "| what | measured | first | | with the import issue | |",
        "| --- | --- | --- | --- | --- | --- |", *[goal.row(bench) for goal in GOALS], "",
        "## Times", "",
        "| run | median s | least – most s | runs | peak MiB |", "| --- | --- | --- | --- | --- |",
        *time_rows(bench), "",
        *method(bench), *[f"\n{sentence}" for sentence in bench.left_out], "",
        "## Machine", "", *[f"- {line}" for line in machine_rows(bench)], "",
        "## Run it again", "", "```", again, "```",
    ]
    return "\n".join(lines) + "\n"
