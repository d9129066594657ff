"""The page that scripts/bench writes: what was measured, beside the goals, and no other figure."""

import datetime
import os
import pathlib
import platform
import resource
import sqlite3
import statistics
import subprocess

RUNS = [
    ("import", "pledge import"), ("import again", "the same file again"), ("close", "campaign close"),
    ("cash flow", "report cash-flow"), ("help", "pledgebook --help"), ("verify", "receipt verify"),
    ("refund all", "campaign close (refund all)"), ("cancel one", "pledge cancel, one pledge"),
    ("keyed", "sqlite3 .import, same keys"), ("bare", "sqlite3 .import, bare table"),
    ("python import", "Python script, import"), ("python close", "Python script, close"),
]
# What, the run, the run it is compared with, the most that the ratio may be, and what it shall be next.
RATIOS = [
    ("import against `.import` with the same keys", "import", "keyed", 0.7, 0.5),
    ("import against `.import` into a bare table", "import", "bare", 1.5, 0.75),
    ("the same file again against the import", "import again", "import", 0.5, 0.25),
    ("close against the import", "close", "import", 1.25, 1.0),
    ("refund all against close", "refund all", "close", 1.6, None),
    ("verify all receipts against the import", "verify", "import", 0.75, None),
]
# What, the slower run, the faster one, the least that the ratio may be, and what it shall be next.
SPEED_UPS = [
    ("import against the Python script", "python import", "import", 8, 10),
    ("close against the Python script", "python close", "close", 5, 15),
]
SIZES = [("import", 2.4, 1.6), ("close", 3.6, 2.0)]


def verdict(holds):
    return "reached" if holds else "**missed**"


def mebibytes(peak):
    """A peak in KiB for people. Linux counts what the starting process held before exec: less is not seen."""
    floor = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return f"{peak / 1024:.0f}" if peak > 1.1 * floor else f"under {floor * 1.1 / 1024:.0f}"


def ratio_rows(bench):
    for what, ours, peer, goal, following in RATIOS:
        ratio = bench.median(ours) / bench.median(peer)
        after = f"≤ {following} ×" if following else "–"
        yield f"| {what} | {ratio:.2f} × | ≤ {goal} × | {verdict(ratio <= goal)} | {after} |"
    for what, peer, ours, goal, following in SPEED_UPS:
        factor = bench.median(peer) / bench.median(ours)
        yield (f"| {what} | {factor:.1f} × faster | ≥ {goal} × | {verdict(factor >= goal)} "
               f"| ≥ {following} × |")


def absolute_rows(bench):
    for what, name, goal, following in [
            ("cash-flow report, process start included", "cash flow", 50, "≤ 30 ms"),
            ("one `pledge cancel`, process start included", "cancel one", 30, "–"),
            ("`pledgebook --help`", "help", 20, "≤ 15 ms")]:
        milliseconds = bench.median(name) * 1000
        holds = verdict(milliseconds <= goal)
        yield f"| {what} | {milliseconds:.1f} ms | ≤ {goal} ms | {holds} | {following} |"
    peak = max(bench.peaks["import"])
    holds = verdict(peak <= 256 * 1024)
    yield f"| peak memory of the import | {mebibytes(peak)} MiB | ≤ 256 MiB | {holds} | ≤ 224 MiB |"
    csv_bytes = bench.pledges.stat().st_size
    for moment, goal, following in SIZES:
        size = bench.sizes[moment] / csv_bytes
        yield (f"| size of the book after {moment}, against the CSV's | {size:.2f} × | ≤ {goal} × "
               f"| {verdict(size <= goal)} | ≤ {following} × |")


def time_rows(bench):
    for name, what in RUNS:
        each = bench.seconds[name]
        peak = mebibytes(max(bench.peaks[name]))
        spread = f"{min(each):.3f} – {max(each):.3f}"
        yield f"| {what} | {statistics.median(each):.3f} | {spread} | {len(each)} | {peak} |"


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


def file_system(folder):
    return first_line("stat", "--file-system", "--format=%T", str(folder))


def page(bench):
    options = bench.options
    today = datetime.date.today().isoformat()
    refused = options.rows - bench.in_book
    again = "scripts/bench" + (f" --rows {options.rows}" if options.rows != 1_000_000 else "")
    again += (f" --rounds {options.rounds}" if options.rounds != 5 else "")
    again += (f" --seed {options.seed}" if options.seed != 1 else "")
    row = bench.pledges.stat().st_size / options.rows
    lines = [
        "# Benchmarks", "",
        "<!-- Written by scripts/bench; do not edit. Every figure was measured in the run it names. -->", "",
        f"Measured on {today}: {options.rows:,} pledges, {row:.0f} bytes a row,",
        f"{bench.in_book:,} in the book, {refused:,} refused; "
        f"{options.rounds} rounds, ours and the peers in turn.",
        "Times drift from run to run and from machine to machine; the ratios of one run are what counts.", "",
        "![The medians as bars](benchmarks.svg)", "",
        "## Against the goals", "", "| what | measured | goal | | next |", "| --- | --- | --- | --- | --- |",
        *ratio_rows(bench), *absolute_rows(bench), "",
        "## Times", "",
        "| run | median s | least – most s | runs | peak MiB |", "| --- | --- | --- | --- | --- |",
        *time_rows(bench), "",
        "Each run is a process of its own, from its start to its end, on a book made anew for each round;",
        "`sync` is called before each. `.import` runs with sqlite3's own defaults (rollback journal,",
        "synchronous=FULL); the Python script and Pledgebook use WAL and synchronous=FULL.",
        "`.import` checks, prices and signs nothing; the Python script does the same work as we do, but for the",
        "checkpoint over all receipts that each closing signs. “Refund all” is the end of the same campaign",
        "when it misses its goal: cards that failed are tried once more, then everything goes back.", "",
        "## Machine", "", *[f"- {line}" for line in machine_rows(bench)], "",
        "## Run it again", "", "```", again, "```",
    ]
    return "\n".join(lines) + "\n"
