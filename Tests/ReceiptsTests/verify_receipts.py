"""Verify a campaign's exported receipts without Pledgebook.

    python verify_receipts.py KEY_HEX FILE

FILE holds one JWS a line, as `pledgebook receipt export` writes it; KEY_HEX is the campaign's signing key. The tags are
checked by joserfc (PyPI, 1.6 or later), the chain here: numbers without gaps, and each receipt names the tag of the one
before. Exit status 0: all receipts are genuine and in place. 1: not, the first place is printed. 2: bad usage.
"""

import sys

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

KEYS = ["iss", "seq", "prev", "evt", "sub", "pay", "amt", "cur", "scale",
        "goods", "ship", "tax", "fee", "other", "iat", "day", "ref", "det"]
TYPES = ("receipt+jwt", "rehearsal-receipt+jwt")


def problem_of(line, key, number, previous):
    """What is wrong with a line that should be receipt `number` after the tag `previous`, or None."""
    try:
        token = jwt.decode(line, key, algorithms=["HS256"])
    except (JoseError, ValueError) as error:
        return f"the tag does not verify ({error})"
    claims = token.claims
    if token.header.get("typ") not in TYPES:
        return f"the type is {token.header.get('typ')}"
    if list(claims) != KEYS:
        return f"the keys are {list(claims)}"
    if claims["seq"] != number:
        return f"the number is {claims['seq']}, not {number}"
    if claims["prev"] != previous:
        return "it does not follow the receipt before it"
    amount = sum(int(claims[part]) for part in ("goods", "ship", "tax", "other"))
    if int(claims["amt"]) != amount:
        return f"the amount is {claims['amt']}, its parts make {amount}"
    return None


def main(arguments):
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    key = OctKey.import_key(bytes.fromhex(arguments[0]))
    previous, number = "A" * 43, 0
    with open(arguments[1], encoding="ascii") as lines:
        for number, line in enumerate(lines, start=1):
            line = line.rstrip("\n")
            problem = problem_of(line, key, number, previous)
            if problem:
                print(f"line {number}: {problem}")
                return 1
            previous = line.rsplit(".", 1)[1]
    print(f"{number} receipts verified, the last is {number} with tag {previous}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
