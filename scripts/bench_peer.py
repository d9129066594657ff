#!/usr/bin/env python3
"""The straightforward Python script that scripts/bench compares Pledgebook with: csv, sqlite3, hmac.

    scripts/bench_peer.py import CAMPAIGN.json PLEDGES.csv BOOK.sqlite
    scripts/bench_peer.py close  CAMPAIGN.json BOOK.sqlite

It does the same work: every row is read, checked (columns, reference, dates, window, limits, currency)
and priced, its backer is found by e-mail, and each fact is an entry with one signed, chained receipt. It
is written as someone who knows sqlite3 would: prepared statements through executemany, dictionaries for
look-ups, one transaction an import, WAL with synchronous=FULL, windows of 4,096 operations that are
durable before they are carried out.

Safe to run again: `import` overwrites the book that it names.
"""

import binascii
import csv
import hashlib
import hmac
import json
import os
import re
import sqlite3
import sys
from datetime import datetime
from zoneinfo import ZoneInfo

BATCH = 10_000
WINDOW = 4_096
KEY = hashlib.sha256(b"a fixed key: this script proves nothing to anyone").digest()
EU = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())
EXPONENT_0 = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split())
REFERENCE = re.compile(r"[A-Za-z0-9._-]{1,64}").fullmatch
EPOCH = datetime(1970, 1, 1).toordinal()
PLACED, CAPTURED = 1, 130
EVENTS = {PLACED: "placed", CAPTURED: "captured"}

SCHEMA = """
PRAGMA page_size = 8192;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE campaign (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, head INTEGER NOT NULL,
  tag BLOB NOT NULL)
  STRICT;
CREATE TABLE tier (campaign INTEGER NOT NULL, number INTEGER NOT NULL, id TEXT NOT NULL, places INTEGER,
  taken INTEGER NOT NULL, PRIMARY KEY (campaign, number)) STRICT, WITHOUT ROWID;
CREATE TABLE backer (campaign INTEGER NOT NULL, number INTEGER NOT NULL, email TEXT, name TEXT,
  country TEXT,
  PRIMARY KEY (campaign, number), UNIQUE (campaign, email)) STRICT, WITHOUT ROWID;
CREATE TABLE pledge (campaign INTEGER NOT NULL, number INTEGER NOT NULL, reference TEXT NOT NULL,
  backer INTEGER NOT NULL, tier INTEGER, quantity INTEGER NOT NULL CHECK (quantity > 0), destination TEXT,
  goods INTEGER NOT NULL, shipping INTEGER NOT NULL, tax INTEGER NOT NULL,
  bonus INTEGER NOT NULL CHECK (bonus >= 0),
  placed_at INTEGER NOT NULL, gateway INTEGER NOT NULL, method TEXT, state INTEGER NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (campaign, number), UNIQUE (campaign, reference)) STRICT, WITHOUT ROWID;
CREATE TABLE line (campaign INTEGER NOT NULL, pledge INTEGER NOT NULL, sku TEXT NOT NULL,
  quantity INTEGER NOT NULL,
  PRIMARY KEY (campaign, pledge, sku)) STRICT, WITHOUT ROWID;
CREATE TABLE payment (campaign INTEGER NOT NULL, pledge INTEGER NOT NULL, instalment INTEGER NOT NULL,
  state INTEGER NOT NULL, authorized INTEGER NOT NULL, captured INTEGER NOT NULL, voided INTEGER NOT NULL,
  refunded INTEGER NOT NULL, CHECK (captured + voided <= authorized), PRIMARY KEY (campaign, pledge,
  instalment))
  STRICT, WITHOUT ROWID;
CREATE TABLE operation (campaign INTEGER NOT NULL, pledge INTEGER NOT NULL, instalment INTEGER NOT NULL,
  kind INTEGER NOT NULL, attempt INTEGER NOT NULL, amount INTEGER NOT NULL CHECK (amount > 0),
  state INTEGER NOT NULL,
  PRIMARY KEY (campaign, pledge, instalment, kind, attempt)) STRICT, WITHOUT ROWID;
CREATE INDEX operation_open ON operation(campaign, pledge) WHERE state < 3;
CREATE TABLE entry (campaign INTEGER NOT NULL, number INTEGER NOT NULL CHECK (number > 0),
  kind INTEGER NOT NULL,
  pledge INTEGER, instalment INTEGER, at INTEGER NOT NULL, day INTEGER NOT NULL, goods INTEGER NOT NULL,
  shipping INTEGER NOT NULL, tax INTEGER NOT NULL, fee INTEGER NOT NULL, reference TEXT, detail TEXT,
  tag BLOB NOT NULL CHECK (length(tag) = 32), PRIMARY KEY (campaign, number)) STRICT, WITHOUT ROWID;
CREATE TABLE daily (campaign INTEGER NOT NULL, day INTEGER NOT NULL, kind INTEGER NOT NULL,
  count INTEGER NOT NULL,
  goods INTEGER NOT NULL, shipping INTEGER NOT NULL, tax INTEGER NOT NULL, fee INTEGER NOT NULL,
  PRIMARY KEY (campaign, day, kind)) STRICT, WITHOUT ROWID;
"""
INSERT_BACKER = "INSERT INTO backer VALUES (1, ?, ?, ?, ?)"
INSERT_PLEDGE = "INSERT INTO pledge VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)"
INSERT_LINE = "INSERT INTO line VALUES (1, ?, ?, ?)"
INSERT_ENTRY = "INSERT INTO entry VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
INSERT_OPERATION = "INSERT INTO operation VALUES (1, ?, 1, 1, 1, ?, 0)"
INSERT_PAYMENT = "INSERT INTO payment VALUES (1, ?, 1, 1, ?, ?, 0, 0)"
END_OPERATION = (
    "UPDATE operation SET state = 3"
    " WHERE campaign = 1 AND pledge = ? AND instalment = 1 AND kind = 1 AND attempt = 1")
END_PLEDGE = "UPDATE pledge SET state = 1 WHERE campaign = 1 AND number = ?"
MOVE_HEAD = "UPDATE campaign SET head = ?, tag = ? WHERE number = 1"


class Refusal(Exception):
    """A row that a rule refuses, with the rule's sentence."""


def half_up(numerator, denominator):
    return (2 * numerator + denominator) // (2 * denominator)


def rate(text):
    """`"2.9"` per cent as millionths."""
    whole, _, decimals = text.partition(".")
    return int(whole) * 10_000 + int((decimals + "0000")[:4])


def url64(data):
    text = binascii.b2a_base64(data, newline=False)
    return text.replace(b"+", b"-").replace(b"/", b"_").rstrip(b"=")


class Campaign:
    """The rules of one campaign file, with everything looked up by destination kept once found."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            told = json.load(file)
        self.id, self.currency = told["id"], told["currency"]
        self.scale = 0 if self.currency in EXPONENT_0 else 2
        self.zone = ZoneInfo(told["time_zone"])
        self.opens = datetime.fromisoformat(told["opens_at"])
        self.closes = datetime.fromisoformat(told["closes_at"])
        self.tiers = {tier["id"]: self.tier(number, tier) for number, tier in enumerate(told["tiers"], 1)}
        self.add_ons = {
            each["id"]: (self.amount(each["price"]), bool(each.get("contains")))
            for each in told.get("add_ons", [])
        }
        self.promotions = {p["code"]: p for p in told.get("promotions", [])}
        self.variants = {v["sku"] for item in told.get("items", []) for v in item.get("variants", [])}
        self.shipping, self.fees = told.get("shipping", []), told.get("fees", {})
        self.tax = told.get("tax", {})
        self.tax_included = self.tax.get("prices_include_tax", True)
        self.known_destinations = {}

    def tier(self, number, told):
        until = told.get("until")
        return {
            "number": number, "price": self.amount(told["price"]), "ships": bool(told.get("contains")),
            "limit": told.get("limit"), "per_backer": told.get("per_backer"), "taken": 0, "by_backer": {},
            "until": datetime.fromisoformat(until) if until else None,
        }

    def amount(self, text):
        """`"79.00"` as minor units."""
        whole, _, decimals = text.partition(".")
        if not whole.isdecimal() or len(decimals) > self.scale or (decimals and not decimals.isdecimal()):
            raise Refusal(f"amount “{text}” is not a number")
        return int(whole + decimals + "0" * (self.scale - len(decimals)))

    def destination(self, country):
        """First unit's shipping, each further unit's, tax rate: the most specific destination wins."""
        found = self.known_destinations.get(country)
        if found is None:
            words = [country, "EU", "*"] if country in EU else [country, "*"]
            rule = next((rule for word in words for rule in self.shipping if word in rule["to"]), None)
            rates = self.tax.get("rates", {})
            tax = next((rates[word] for word in words if word in rates), "0")
            first = self.amount(rule["first"]) if rule else 0
            more = self.amount(rule.get("each_more", "0")) if rule else 0
            found = self.known_destinations[country] = (first, more, rate(tax))
        return found

    def parts(self, goods, taxed_goods, units, country, bonus):
        """Goods with bonus, shipping and tax, net, which add up to what the backer pays."""
        first, more, tax_rate = self.destination(country)
        shipping = first + more * (units - 1) if units else 0
        taxed = taxed_goods + shipping
        if not self.tax_included:
            return goods + bonus, shipping, half_up(taxed * tax_rate, 1_000_000)
        tax = half_up(taxed * tax_rate, 1_000_000 + tax_rate)
        if not tax:
            return goods + bonus, shipping, 0
        from_goods, rest = divmod(tax * taxed_goods, taxed)
        from_shipping = tax - from_goods
        if rest and 2 * rest >= taxed:  # the spare unit goes to the larger remainder, a tie to goods
            from_goods, from_shipping = from_goods + 1, from_shipping - 1
        return goods - from_goods + bonus, shipping - from_shipping, tax

    def fee(self, amount):
        percent = rate(self.fees.get("processor_percent", "0"))
        return half_up(amount * percent, 1_000_000) + self.amount(self.fees.get("processor_fixed", "0"))


class Journal:
    """Signs and numbers the entries, each chained to the one before, and keeps the daily rollup."""

    def __init__(self, campaign, head, tag):
        self.campaign, self.number, self.previous = campaign, head, url64(tag)
        header = b'{"alg":"HS256","kid":"%s.1","typ":"rehearsal-receipt+jwt"}' % campaign.id.encode()
        self.header = url64(header) + b"."
        self.currency = f'"cur":"{campaign.currency}","scale":{campaign.scale}'
        self.keyed = hmac.new(KEY, digestmod="sha256")
        self.tag = tag
        self.daily = {}

    def entry(self, kind, pledge, subject, instalment, parts, at, day, reference, detail):
        self.number += 1
        goods, shipping, tax, fee = parts
        date = datetime.fromordinal(day + EPOCH)
        payload = (
            f'{{"iss":"{self.campaign.id}","seq":{self.number},"prev":"{self.previous.decode()}",'
            f'"evt":"{EVENTS[kind]}","sub":"{subject}","pay":"{instalment or ""}",'
            f'"amt":"{goods + shipping + tax}",{self.currency},'
            f'"goods":"{goods}","ship":"{shipping}","tax":"{tax}","fee":"{fee}","other":"0","iat":{at},'
            f'"day":"{date.year:04}-{date.month:02}-{date.day:02}","ref":"{reference}","det":"{detail}"}}'
        )
        signing = self.keyed.copy()
        signing.update(self.header + url64(payload.encode("ascii")))
        self.tag = signing.digest()
        self.previous = url64(self.tag)
        total = self.daily.setdefault((day, kind), [0, 0, 0, 0, 0])
        total[0] += 1
        total[1] += goods
        total[2] += shipping
        total[3] += tax
        total[4] += fee
        return (
            self.number, kind, pledge, instalment, at, day, goods, shipping, tax, fee, reference, detail,
            self.tag)

    def save(self, book):
        book.execute(MOVE_HEAD, (self.number, self.tag))
        book.executemany(
            "INSERT INTO daily VALUES (1, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (campaign, day, kind) DO UPDATE SET"
            " count = count + excluded.count, goods = goods + excluded.goods, tax = tax + excluded.tax,"
            " shipping = shipping + excluded.shipping, fee = fee + excluded.fee",
            [(*key, *total) for key, total in self.daily.items()])
        self.daily = {}


class Import:
    """One import: rows in, rows of backer, pledge, line and entry out, in batches of one transaction."""

    def __init__(self, campaign, book):
        self.campaign, self.book = campaign, book
        self.journal = Journal(campaign, 0, bytes(32))
        self.now = int(campaign.closes.timestamp())
        self.references, self.backer_numbers = set(), {}
        self.backers, self.pledges, self.lines, self.entries = [], [], [], []

    def add_on_lines(self, text):
        """`bulb:2;poster:1` as price, units that ship, lines."""
        price = taxed = units = 0
        lines = []
        for part in text.split(";"):
            name, _, count = part.partition(":")
            if name not in self.campaign.add_ons or not count.isdecimal() or int(count) < 1:
                raise Refusal(f"there is no add-on “{part}”")
            each, ships = self.campaign.add_ons[name]
            price += each * int(count)
            if ships:
                taxed += each * int(count)
                units += int(count)
            lines.append((name, int(count)))
        return price, taxed, units, lines

    def choice_lines(self, text):
        lines = []
        for part in text.split(";"):
            sku, _, count = part.partition(":")
            if sku not in self.campaign.variants or not count.isdecimal():
                raise Refusal(f"there is no variant “{part}”")
            lines.append((sku, int(count)))
        return lines

    def discount(self, code, goods, when):
        promotion = self.campaign.promotions.get(code)
        if promotion is None or ("until" in promotion and when >= datetime.fromisoformat(promotion["until"])):
            raise Refusal(f"the promotion “{code}” does not hold")
        return half_up(goods * rate(promotion["percent_off"]), 1_000_000)

    def check_tier(self, tier, email, quantity, when):
        if tier["until"] is not None and when >= tier["until"]:
            raise Refusal("the tier has ended")
        if tier["limit"] is not None and tier["taken"] + quantity > tier["limit"]:
            raise Refusal("the tier is sold out")
        if tier["per_backer"] is not None and tier["by_backer"].get(email, 0) + quantity > tier["per_backer"]:
            raise Refusal("the backer has as many as allowed")

    def take_place(self, tier, email, quantity):
        tier["taken"] += quantity
        if tier["per_backer"] is not None:
            tier["by_backer"][email] = tier["by_backer"].get(email, 0) + quantity

    def price(self, row, tier, quantity, when):
        """Net parts and lines of a row; a row that states an amount must agree with it."""
        _, _, _, country, _, _, add_ons, choices, promotion, bonus, amount, *_ = row
        goods = tier["price"] * quantity if tier else 0
        units = quantity if tier and tier["ships"] else 0
        taxed, lines = (goods if units else 0), []
        if add_ons:
            more, more_taxed, more_units, lines = self.add_on_lines(add_ons)
            goods, taxed, units = goods + more, taxed + more_taxed, units + more_units
        if choices:
            lines = lines + self.choice_lines(choices)
        if promotion:
            off = self.discount(promotion, goods, when)
            taxed -= off * taxed // goods if goods else 0
            goods -= off
        bonus = self.campaign.amount(bonus) if bonus else 0
        if units and not country:
            raise Refusal("a pledge that ships needs a country")
        parts = self.campaign.parts(goods, taxed, units, country, bonus)
        if amount and self.campaign.amount(amount) != sum(parts):
            raise Refusal(f"the row says {amount}, the price is {sum(parts)} minor units")
        return parts, bonus, lines

    def place(self, row):
        reference, name, email, country, tier_id, quantity = row[:6]
        currency, at, method, _, status = row[11:]
        email = email.lower()
        if not REFERENCE(reference) or "@" not in email:
            raise Refusal("a reference or an e-mail address is not one")
        if reference in self.references:
            raise Refusal("the reference is there already")
        if currency and currency != self.campaign.currency:
            raise Refusal("another currency")
        if status not in ("", "pledged") or method not in ("rehearsal", "recorded"):
            raise Refusal("an unknown status or payment method")
        quantity = int(quantity) if quantity.isdecimal() else 1 if not quantity else 0
        tier = self.campaign.tiers.get(tier_id)
        if quantity < 1 or (tier_id and tier is None):
            raise Refusal("no such tier or quantity")
        when = datetime.fromisoformat(at)
        if when.tzinfo is None or not self.campaign.opens <= when < self.campaign.closes:
            raise Refusal("outside the campaign's dates")
        if tier:
            self.check_tier(tier, email, quantity, when)
        parts, bonus, lines = self.price(row, tier, quantity, when)
        if tier:
            self.take_place(tier, email, quantity)
        self.references.add(reference)
        backer = self.backer_numbers.get(email)
        if backer is None:
            backer = self.backer_numbers[email] = len(self.backer_numbers) + 1
            self.backers.append((backer, email, name, country))
        self.append(row, parts, bonus, lines, backer, tier, quantity, int(when.timestamp()), when)

    def append(self, row, parts, bonus, lines, backer, tier, quantity, placed_at, when):
        reference, country, promotion, method, token = row[0], row[3], row[8], row[13], row[14]
        detail = f"tier={row[4]};qty={quantity}"
        if lines:
            detail += ";add=" + ",".join(f"{sku}:{count}" for sku, count in lines)
        if promotion:
            detail += f";promo={promotion}"
        detail += f";bonus={bonus};to={country};at={placed_at}"
        day = when.astimezone(self.campaign.zone).toordinal() - EPOCH
        number = self.journal.number + 1
        entry = self.journal.entry(PLACED, number, reference, 0, (*parts, 0), self.now, day, token, detail)
        goods, shipping, tax = parts
        self.entries.append(entry)
        self.pledges.append((
            number, reference, backer, tier["number"] if tier else None, quantity, country, goods - bonus,
            shipping, tax, bonus, placed_at, 2 if method == "rehearsal" else 1, token,
            hashlib.blake2b("\x1f".join(row).encode(), digest_size=8).digest()))
        if lines:
            self.lines.extend((number, sku, count) for sku, count in lines)

    def flush(self):
        self.book.executemany(INSERT_BACKER, self.backers)
        self.book.executemany(INSERT_PLEDGE, self.pledges)
        self.book.executemany(INSERT_LINE, self.lines)
        self.book.executemany(INSERT_ENTRY, self.entries)
        self.backers, self.pledges, self.lines, self.entries = [], [], [], []

    def finish(self):
        self.flush()
        self.book.executemany(
            "INSERT INTO tier VALUES (1, ?, ?, ?, ?)",
            [(t["number"], name, t["limit"], t["taken"]) for name, t in self.campaign.tiers.items()])
        self.journal.save(self.book)


COLUMNS = (
    "pledge_id,backer_name,email,country,tier,quantity,add_ons,choices,promotion,bonus,amount,currency,"
    "pledged_at,payment_method,payment_reference,status"
).split(",")


def rows(reader):
    """The rows in the order of COLUMNS; a file in this order is passed on as it is."""
    header = next(reader)
    if header == COLUMNS:
        yield from reader
        return
    places = [header.index(name) if name in header else None for name in COLUMNS]
    for row in reader:
        yield [row[place] if place is not None else "" for place in places]


def import_pledges(campaign_path, pledges_path, book_path):
    for suffix in ("", "-wal", "-shm"):
        if os.path.exists(book_path + suffix):
            os.remove(book_path + suffix)
    campaign = Campaign(campaign_path)
    book = sqlite3.connect(book_path, isolation_level=None)
    book.executescript(SCHEMA)
    book.execute("INSERT INTO campaign VALUES (1, ?, 0, ?)", (campaign.id, bytes(32)))
    book.execute("BEGIN IMMEDIATE")
    work = Import(campaign, book)
    refused = 0
    with open(pledges_path, encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        for row in rows(reader):
            try:
                work.place(row)
            except (Refusal, ValueError) as problem:
                refused += 1
                if refused <= 3:
                    print(f"{pledges_path}:{reader.line_num}: error: {problem}", file=sys.stderr)
            if len(work.pledges) == BATCH:
                work.flush()
    work.finish()
    book.execute("COMMIT")
    book.close()
    print(f"{work.journal.number} placed, {refused} refused")


def close_campaign(campaign_path, book_path):
    campaign = Campaign(campaign_path)
    book = sqlite3.connect(book_path, isolation_level=None)
    book.executescript("PRAGMA synchronous = FULL;")
    journal = Journal(campaign, *book.execute("SELECT head, tag FROM campaign WHERE number = 1").fetchone())
    now = int(campaign.closes.timestamp()) + 3600
    day = datetime.fromtimestamp(now, campaign.zone).toordinal() - EPOCH
    read = (
        "SELECT number, reference, goods + bonus, shipping, tax FROM pledge"
        " WHERE campaign = 1 AND number > ? AND state = 0 ORDER BY number LIMIT ?")
    charged = last = 0
    outcomes = []
    while True:
        window = book.execute(read, (last, WINDOW)).fetchall()
        book.execute("BEGIN IMMEDIATE")
        if outcomes:
            write_outcomes(book, journal, outcomes, now, day, campaign)
        book.executemany(INSERT_OPERATION, [(p[0], p[2] + p[3] + p[4]) for p in window])
        book.execute("COMMIT")
        charged += len(outcomes)
        if not window:
            break
        last, outcomes = window[-1][0], window
    book.close()
    print(f"{charged} charged")


def write_outcomes(book, journal, outcomes, now, day, campaign):
    """What the gateway answered: each payment captured, with its entry and receipt."""
    entries, payments, numbers = [], [], []
    for number, reference, goods, shipping, tax in outcomes:
        amount = goods + shipping + tax
        parts = (goods, shipping, tax, campaign.fee(amount))
        entries.append(journal.entry(
            CAPTURED, number, reference, 1, parts, now, day, f"re_{number}", f"op={reference}/1/charge/1"))
        payments.append((number, amount, amount))
        numbers.append((number,))
    book.executemany(END_OPERATION, numbers)
    book.executemany(INSERT_PAYMENT, payments)
    book.executemany(END_PLEDGE, numbers)
    book.executemany(INSERT_ENTRY, entries)
    journal.save(book)


def main():
    verbs = {"import": (import_pledges, 3), "close": (close_campaign, 2)}
    verb, count = verbs.get(sys.argv[1] if len(sys.argv) > 1 else "", (None, 0))
    if verb is None or len(sys.argv) != 2 + count:
        print(__doc__.strip(), file=sys.stderr)
        sys.exit(64)
    verb(*sys.argv[2:])


if __name__ == "__main__":
    main()
