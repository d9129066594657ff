"""The chart beside docs/benchmarks.md: the medians of one run as bars, drawn as SVG and nothing else."""

GROUPS = [
    ("Pledges into a database", [
        ("import", "pledge import", True), ("import beside", "… the book open elsewhere", True),
        ("bare", "sqlite3 .import, bare table", False),
        ("keyed", "sqlite3 .import, same keys", False), ("duckdb", "DuckDB", False),
        ("python import", "Python script", False), ("postgresql", "PostgreSQL", False)]),
    ("Kickstarter's report, as many bytes", [("kickstarter import", "pledge import", True)]),
    ("The same file again", [("import again", "pledge import", True)]),
    ("All pledges charged", [("close", "campaign close", True), ("python close", "Python script", False)]),
    ("All receipts verified", [("verify", "receipt verify", True)]),
]
LEFT, WIDTH, LINE = 190, 460, 22


def bar(y, label, seconds, longest, ours):
    length = max(1.0, seconds / longest * WIDTH)
    color = "#b3541e" if ours else "#9aa5ad"
    yield f'<text x="{LEFT - 8}" y="{y + 13}" text-anchor="end">{label}</text>'
    yield f'<rect x="{LEFT}" y="{y + 2}" width="{length:.1f}" height="14" fill="{color}"/>'
    yield f'<text x="{LEFT + length + 6:.1f}" y="{y + 13}">{seconds:.2f} s</text>'


def chart(bench):
    """The SVG of a run's medians; a run that was not measured has no bar."""
    groups = [(title, [(name, label, ours) for name, label, ours in bars if name in bench.seconds])
              for title, bars in GROUPS]
    longest = max(bench.median(name) for _, bars in groups for name, _, _ in bars)
    y, lines = 8, []
    for title, bars in groups:
        if not bars:
            continue
        lines.append(f'<text x="{LEFT}" y="{y + 13}" font-weight="bold">{title}</text>')
        y += LINE
        for name, label, ours in bars:
            lines += bar(y, label, bench.median(name), longest, ours)
            y += LINE
        y += 8
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 80}" height="{y}" '
            'font-family="sans-serif" font-size="12" fill="#333">')
    title = f"<title>Medians for {bench.options.rows:,} pledges, in seconds</title>"
    back = '<rect width="100%" height="100%" fill="#fff"/>'
    return "\n".join([head, title, back, *lines, "</svg>"]) + "\n"
