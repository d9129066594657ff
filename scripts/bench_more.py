"""What scripts/bench measures of our own imports besides the large file into a book held alone: the same
while others have the book open, small ones, ten times as many rows, and a platform's report."""

import contextlib
import shutil
import sqlite3

SMALL_FILES, SMALL_ROWS = 5, 1_000
# What a row of ten times as many takes on the disk: the file, the book, and the log beside it.
BYTES_A_ROW = 1_000


def records(file):
    """The records of a CSV file as they stand, with line feeds inside of quotes."""
    record = b""
    for line in file:
        record += line
        if record.count(b'"') % 2 == 0:
            yield record
            record = b""


def set_apart(source, rest, small, rows):
    """Deals some of the source's rows, from everywhere in it, to the small files, and the others to `rest`.

    Only of a tier without a limit: what is imported later finds the others sold out.
    """
    wanted = min(SMALL_ROWS, rows // (10 * len(small))) * len(small)
    # Some four of ten rows are of that tier.
    step = max(2, rows * 4 // 10 // max(1, wanted))
    outputs = [open(path, "wb") for path in small]
    taken = 0
    with open(source, "rb") as file, open(rest, "wb") as others:
        each = records(file)
        header = next(each)
        for output in (others, *outputs):
            output.write(header)
        for number, record in enumerate(each):
            if taken < wanted and number % step == 0 and b",standard," in record:
                outputs[taken % len(small)].write(record)
                taken += 1
            else:
                others.write(record)
    for output in outputs:
        output.close()
    return taken


def import_beside(bench):
    """Times the import of the large file into a new book that another process, this one, has open."""
    bench.fresh()
    bench.launch()
    with contextlib.closing(sqlite3.connect(bench.work / "pledgebook.sqlite")) as other:
        # Who has read nothing yet does not count as one who has it open.
        other.execute("SELECT count(*) FROM campaign").fetchall()
        bench.import_ours("import beside")
    bench.expect_rows(bench.count_pledges(), bench.options.rows, bench.pledges.name)


def small_imports(bench):
    """Times imports of a thousand new rows each into the large book, one after the other."""
    bench.fresh()
    rest = bench.work / "rest.csv"
    small = [bench.work / f"small-{number}.csv" for number in range(SMALL_FILES)]
    taken = set_apart(bench.pledges, rest, small, bench.options.rows)
    bench.small_rows = taken // SMALL_FILES
    bench.launch()
    bench.import_file(rest, "rest")
    before = bench.count_pledges()
    for file in small:
        bench.timed("small import", bench.import_file(file, file.stem))
    bench.expect_rows(bench.count_pledges() - before, taken, "the small files")
    rest.unlink()


def kickstarter_import(bench):
    """Times the import of Kickstarter's report in its form of 2023, of some as many bytes as our own file."""
    rows = max(1, bench.options.rows // 2)
    report = bench.make(
        bench.pledges.with_name(f"kickstarter-{rows}-{bench.options.seed}"), rows,
        "--form", "kickstarter-2023")
    bench.bytes["kickstarter import"] = sum(file.stat().st_size for file in report.iterdir())
    bench.fresh()
    bench.launch()
    bench.timed("kickstarter import", bench.import_file(report, "kickstarter", bench.after_report))
    bench.expect_rows(bench.count_pledges(), rows, "Kickstarter's report")


def ten_times(bench):
    """Times one import of ten times as many pledges into a new book."""
    rows = bench.options.rows * 10
    free = shutil.disk_usage(bench.work.parent).free
    if free < rows * BYTES_A_ROW:
        bench.left_out.append(
            f"{rows:,} pledges are left out: they take {rows * BYTES_A_ROW / 1e9:.0f} GB on the disk, "
            f"{free / 1e9:.0f} GB are free.")
        return
    pledges = bench.make_input(rows)
    bench.fresh()
    bench.launch()
    bench.timed("ten times", bench.import_file(pledges, "ten-times"))
    bench.expect_rows(bench.count_pledges(), rows, pledges.name)

