"""The short scripts that are recorded: each a few commands on a small book."""

import dataclasses

OPENS, DAY, CLOSES = "2026-03-01T09:00:00Z", "2026-03-10T12:00:00Z", "2026-03-31T18:05:00Z"
RETRY, OVER, LATER = "2026-04-02T18:05:00Z", "2026-04-08T18:05:00Z", "2026-04-20T12:00:00Z"


def campaign(goal="50.00", collect="at-close", name="lamp", title="Lamp"):
    return f"""{{
  "id": "{name}", "title": "{title}", "currency": "EUR", "time_zone": "UTC",
  "opens_at": "2026-03-01T00:00:00Z", "closes_at": "2026-03-31T18:00:00Z", "late_pledges_until": "2026-06-30T18:00:00Z",
  "funding": {{ "goal": "{goal}" }}, "prepayment": {{ "collect": "{collect}" }},
  "items": [{{ "sku": "LAMP", "title": "Lamp", "unit_cost": "10.00", "in_stock": 2 }}],
  "tiers": [{{ "id": "one", "title": "One lamp", "price": "20.00", "contains": {{ "LAMP": 1 }}, "delivery": "2026-09" }},
            {{ "id": "thanks", "title": "Thanks", "price": "5.00" }}],
  "tax": {{ "rates": {{ "*": "20" }} }}, "fees": {{ "processor_percent": "2.9" }},
  "production": [{{ "id": "run-1", "supplier": "Works", "sku": "LAMP", "minimum_units": 1, "lead_time_days": 30 }}]
}}
"""


HEAD = "pledge_id,email,country,tier,quantity,pledged_at,payment_method,payment_reference,status\n"


def rows(first, last, method="rehearsal", status="", tier="one"):
    return "".join(
        f"P-{n},b{n}@post.example,DE,{tier if n % 4 else 'thanks'},1,2026-03-02T10:00:{n:02}Z,{method},"
        f"{f'pm_{n}' if method == 'rehearsal' else ''},{status}\n"
        for n in range(first, last + 1))


def at(time, *words):
    return [*words, "--at", time]


def yes(time, *words):
    return [*words, "--yes", "--at", time]


@dataclasses.dataclass
class Script:
    name: str
    commands: list
    before: list = dataclasses.field(default_factory=list)
    files: dict = dataclasses.field(default_factory=dict)
    #: Another run gives other bytes: nothing is compared with them.
    is_random: bool = False
    #: Files whose content differs from run to run.
    varying: tuple = ()
    #: The same command again is refused where it was done already.
    refuses_again: bool = False
    #: Every call fails once.
    takes_faults: bool = False
    #: It commits more than once: a fault leaves a part, and the rest is carried on.
    is_in_steps: bool = False
    #: About how long its last command takes, for kills.
    seconds: float = 0.06


INIT = [["init"]]
FILES = {
    "lamp.json": campaign(), "charged.json": campaign(collect="on-pledge", goal="5000.00"),
    "other.json": campaign(name="other"), "amended.json": campaign(title="Better lamp"),
    "p.csv": HEAD + rows(1, 12), "more.csv": HEAD + rows(1, 20), "r.csv": HEAD + rows(1, 6, "recorded"),
    "changed.csv": HEAD + rows(1, 6, "recorded", "collected"),
    "parcels.csv": "pledge_id,shipped_on,sku,quantity,carrier,tracking\nP-1,2026-04-20,LAMP,1,DHL,T-1\n"
    "P-2,2026-04-20,LAMP,1,DHL,T-2\n",
    "bad.csv": HEAD + rows(1, 4) + "P-9,b9@post.example,DE,nothing,1,2026-03-02T10:00:09Z,rehearsal,pm_9,\n",
}
LAUNCHED = [*INIT, yes(OPENS, "campaign", "launch", "lamp.json")]
PLEDGED = [*LAUNCHED, yes(DAY, "pledge", "import", "p.csv")]
CLOSED = [*PLEDGED, yes(CLOSES, "campaign", "close")]
RECORDED = [*LAUNCHED, yes(DAY, "pledge", "import", "r.csv")]
PAID = [*RECORDED, at(DAY, "payment", "record", "P-1", "20.00", "--on", "2026-03-10", "--reference", "T-1")]
FUNDED = [
    *RECORDED, yes(LATER, "pledge", "import", "changed.csv", "--update"), yes(LATER, "campaign", "close"),
]
ORDERED = [*FUNDED, yes(LATER, "run", "launch", "run-1", "--units", "4")]
CHARGED = [*INIT, yes(OPENS, "campaign", "launch", "charged.json"), yes(DAY, "pledge", "import", "p.csv")]


def large(rows):
    """A file of these rows that counts as large: by its first column, which an import passes over."""
    head, *each = (HEAD + rows).splitlines()
    wide = "x" * ((4 << 20) // len(each) + 1)
    return f"rejected_because,{head}\n" + "".join(f"{wide},{row}\n" for row in each)


def script(name, commands, before=(), files=None, **more):
    return Script(name, list(commands), list(before), {**FILES, **(files or {})}, **more)


SCRIPTS = [
    script("init", INIT, is_random=True, refuses_again=True, varying=("home/.config/pledgebook/key",), takes_faults=True),
    script("launch", [yes(OPENS, "campaign", "launch", "lamp.json")], INIT, refuses_again=True, takes_faults=True),
    script("launch-two", [yes(OPENS, "campaign", "launch", "other.json")], LAUNCHED, refuses_again=True),
    script("import", [yes(DAY, "pledge", "import", "p.csv")], LAUNCHED, takes_faults=True),
    # Such a file goes into a book without pledges by a rollback journal, and not by the log.
    script(
        "import-large", [yes(DAY, "pledge", "import", "large.csv")], LAUNCHED, {"large.csv": large(rows(1, 12))},
        takes_faults=True),
    script("import-more", [yes(DAY, "pledge", "import", "more.csv")], PLEDGED),
    script("import-rejects", [yes(DAY, "pledge", "import", "bad.csv", "--rejects", "rejects.csv")], LAUNCHED),
    script("import-charged", [yes(DAY, "pledge", "import", "more.csv")], CHARGED, is_in_steps=True),
    script("update", [yes(LATER, "pledge", "import", "changed.csv", "--update")], RECORDED),
    script("amend", [yes(DAY, "campaign", "amend", "amended.json")], LAUNCHED, refuses_again=True),
    script("cancel-pledge", [yes(DAY, "pledge", "cancel", "P-1")], PLEDGED, refuses_again=True),
    script("cancel-charged", [yes(DAY, "pledge", "cancel", "P-1")], CHARGED, refuses_again=True, is_in_steps=True),
    script("close", [yes(CLOSES, "campaign", "close")], PLEDGED, is_in_steps=True, takes_faults=True, seconds=0.09),
    script("close-on", [yes(RETRY, "campaign", "close"), yes(OVER, "campaign", "close")], CLOSED, is_in_steps=True),
    script("release", [yes(CLOSES, "campaign", "close")], CHARGED, is_in_steps=True, seconds=0.09),
    script("call-off", [yes(DAY, "campaign", "cancel", "--because", "test")], CHARGED, is_in_steps=True),
    script("record", [at(DAY, "payment", "record", "P-1", "20.00", "--on", "2026-03-10", "--reference", "T-1")], RECORDED),
    script("refund", [yes(DAY, "payment", "refund", "P-1", "--done", "--on", "2026-03-10", "--reference", "R-1")], PAID),
    script("payout", [at(LATER, "cash", "record", "payout", "50.00", "--on", "2026-04-18", "--reference", "PO-1")], FUNDED),
    script("reverse", [yes(DAY, "entry", "reverse", "9", "--because", "test")], PAID, refuses_again=True),
    script("run-launch", [yes(LATER, "run", "launch", "run-1", "--units", "4")], FUNDED),
    script("run-receive", [at(LATER, "run", "receive", "run-1", "4", "--reference", "DN-1")], ORDERED),
    script("ship", [at(LATER, "pledge", "ship", "parcels.csv")], ORDERED),
    script("backup", [["book", "backup", "copy.sqlite"]], PLEDGED, refuses_again=True, takes_faults=True),
    script("rebuild", [["book", "rebuild", "new.sqlite"]], PLEDGED, refuses_again=True, varying=("new.sqlite",)),
    script(
        "report", [at(LATER, "report", "ledger", "--format", "csv", "--output", "ledger.csv", "--force")], CLOSED),
    script("lock", [at(LATER, "book", "lock", "2026-03", "--yes")], FUNDED),
    script("backer-change", [yes(DAY, "backer", "change", "P-1", "--email", "new@post.example", "--city", "Ulm")], RECORDED),
    script("key-export", [["receipt", "export"]], CLOSED),
]
