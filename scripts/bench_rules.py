"""The rules of the bench campaign as rows, for the peers that do the import in SQL."""

import re
from zoneinfo import ZoneInfo

from bench_peer import EU, KEY, Campaign, url64

SIMPLE = re.compile(r"[A-Za-z0-9 /*_:+.-]*").fullmatch
TABLES = """
CREATE TABLE rule (id TEXT, currency TEXT, zone TEXT, opens TIMESTAMPTZ, closes TIMESTAMPTZ);
CREATE TABLE tier (number INTEGER, id TEXT, price BIGINT, places BIGINT, ships BOOLEAN, taken BIGINT);
CREATE TABLE add_on (id TEXT, price BIGINT, ships BOOLEAN);
CREATE TABLE destination (country TEXT, first BIGINT, more BIGINT, rate BIGINT);
"""


class Unsupported(Exception):
    """The campaign asks for what the SQL peers leave out."""


def word(value):
    """A value as an SQL literal."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if not SIMPLE(value):
        raise Unsupported(f"“{value}” is no plain word")
    return f"'{value}'"


def insert(table, rows):
    values = ", ".join(f"({', '.join(map(word, row))})" for row in rows)
    return f"INSERT INTO {table} VALUES {values};\n" if rows else ""


def rules_sql(path):
    """Statements, the same for every database, that make and fill the tables of a campaign's rules."""
    campaign = Campaign(path)
    limited = [name for name, tier in campaign.tiers.items() if tier["per_backer"] or tier["until"]]
    if campaign.promotions or campaign.variants or limited or not campaign.tax_included:
        raise Unsupported("promotions, variants, limits a backer, ends of tiers, or tax on top")
    countries = {country for rule in campaign.shipping for country in rule["to"]} | EU
    countries |= set(campaign.tax.get("rates", {}))
    destinations = [(each, *campaign.destination(each)) for each in sorted(countries - {"EU", "*"})]
    tiers = [(tier["number"], name, tier["price"], tier["limit"], tier["ships"], 0)
             for name, tier in campaign.tiers.items()]
    rule = (campaign.id, campaign.currency, ZoneInfo(campaign.zone.key).key, campaign.opens.isoformat(),
            campaign.closes.isoformat())
    return (TABLES + insert("rule", [rule]) + insert("tier", tiers)
            + insert("add_on", [(name, *each) for name, each in campaign.add_ons.items()])
            + insert("destination", [*destinations, ("*", *campaign.destination("*"))]))


def job(path, campaign_path, pledges):
    """The SQL file at `path` with the campaign's rules before it and its marks filled in."""
    header = b'{"alg":"HS256","kid":"%s.1","typ":"rehearsal-receipt+jwt"}'
    campaign = Campaign(campaign_path)
    padded = KEY.ljust(64, b"\0")
    marks = {
        "{rules}": rules_sql(campaign_path), "{pledges}": str(pledges).replace("'", "''"),
        "{header}": url64(header % campaign.id.encode()).decode(), "{key}": KEY.hex(),
        "{inner}": bytes(byte ^ 0x36 for byte in padded).hex(),
        "{outer}": bytes(byte ^ 0x5C for byte in padded).hex(),
        "{now}": str(int(campaign.closes.timestamp())),
    }
    text = path.read_text(encoding="utf-8")
    for mark, value in marks.items():
        text = text.replace(mark, value)
    return text
