"""A chain's loyalty program for benchmarks: a million members, twenty million entries that add up, two thousand offers.

Every member has the same shape of books: 12 earnings and 4 spendings of points, of which each spending used two whole lots, and 4 earnings of what counts for
tiers; the first member has 10,000 entries of points. One lot of each member ends on one day of the next year, so that a million of them end together.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
from world import Size, fill, program, world

PROGRAM = "chain"
BUSIEST = 10_000
ENDS_TOGETHER = "2027-12-01T00:00:00Z"
EARNED, SPENT, QUALIFYING = 12, 4, 4
UNITS = 50

# Each table with the statement that fills it; `k` counts a member's entries, `s` tells the members from each other.
FILL = (
    ("loyalty_membership", """
INSERT INTO loyalty_membership (program_id, customer_id, joined_at)
SELECT %(program)s, id, now() - interval '2 years' FROM customers_customer"""),
    ("loyalty_tierstanding", """
INSERT INTO loyalty_tierstanding (program_id, customer_id, tier, joined_on, guarantee_months, reviews, noticed_review)
SELECT %(program)s, id, '', current_date - 730, 12, 0, 0 FROM customers_customer"""),
    ("loyalty_account", """
INSERT INTO loyalty_account (program_id, customer_id, unit, balance, held, debt, entries_count, moved_at)
SELECT %(program)s, id, unit, CASE unit WHEN 'points' THEN %(units)s * (%(earned)s - 2 * %(spent)s) ELSE %(units)s * %(qualifying)s END, 0, 0,
       CASE unit WHEN 'points' THEN %(earned)s + %(spent)s ELSE %(qualifying)s END, now() - interval '1 day'
FROM customers_customer, (VALUES ('points'), ('status')) units (unit) ORDER BY id, unit"""),
    ("loyalty_entry", """
INSERT INTO loyalty_entry (account_id, seq, act, kind, giver, getter, units, at, booked_at, booked_on, version_id, key, why, actor)
SELECT a.id, k, md5('act:' || a.id || ':' || k)::uuid,
       CASE WHEN k > %(earned)s THEN 'redeemed' ELSE 'issued' END, CASE WHEN k > %(earned)s THEN 'member' ELSE 'issued' END,
       CASE WHEN k > %(earned)s THEN 'redeemed' ELSE 'member' END, CASE WHEN k > %(earned)s THEN 2 * %(units)s ELSE %(units)s END, w, w, w::date,
       %(version)s, 'bench:' || k, '{"base": "50.00", "amount": "50.00"}', 'system:bench'
FROM loyalty_account a, LATERAL generate_series(1, a.entries_count) k,
     LATERAL (SELECT date_trunc('second', now()) - (700 - 40 * k - a.id %% 30) * interval '1 day' AS w) t
ORDER BY a.id, k"""),
    ("loyalty_lot", """
INSERT INTO loyalty_lot (account_id, entry_id, quantity, "left", held, priority, earned_at, active_at, expires_at)
SELECT e.account_id, e.id, e.units, CASE WHEN a.unit = 'points' AND e.seq <= 2 * %(spent)s THEN 0 ELSE e.units END, 0, 0, e.at, e.at,
       CASE WHEN a.unit <> 'points' THEN NULL WHEN e.seq = 2 * %(spent)s + 1 THEN %(together)s::timestamptz ELSE e.at + interval '60 months' END
FROM loyalty_entry e JOIN loyalty_account a ON a.id = e.account_id WHERE e.kind = 'issued' ORDER BY e.id"""),
    ("loyalty_lotuse", """
INSERT INTO loyalty_lotuse (entry_id, lot_id, units)
SELECT p.id, l.id, l.quantity
FROM loyalty_entry p JOIN loyalty_entry e ON e.account_id = p.account_id AND e.seq IN (2 * (p.seq - %(earned)s) - 1, 2 * (p.seq - %(earned)s))
JOIN loyalty_lot l ON l.entry_id = e.id WHERE p.kind = 'redeemed' ORDER BY p.id"""),
)  # fmt: skip


# What makes the first member busy: earnings, then spendings that each used one whole lot of them; the last 300 lots are open.
BUSY = (
    ("loyalty_account", "UPDATE loyalty_account SET entries_count = %(last)s, balance = balance + %(units)s * %(open)s WHERE id = %(account)s"),
    ("loyalty_entry", """
INSERT INTO loyalty_entry (account_id, seq, act, kind, giver, getter, units, at, booked_at, booked_on, version_id, key, why, actor)
SELECT %(account)s, k, md5('busy:' || k)::uuid, CASE WHEN k < %(spends)s THEN 'issued' ELSE 'redeemed' END, CASE WHEN k < %(spends)s THEN 'issued' ELSE 'member' END,
       CASE WHEN k < %(spends)s THEN 'member' ELSE 'redeemed' END, %(units)s, w, w, w::date, %(version)s, 'busy:' || k, '{"base": "50.00"}', 'system:bench'
FROM generate_series(%(first)s::int, %(last)s) k, LATERAL (SELECT now() - interval '30 days' + k * interval '1 minute' AS w) t ORDER BY k"""),
    ("loyalty_lot", """
INSERT INTO loyalty_lot (account_id, entry_id, quantity, "left", held, priority, earned_at, active_at, expires_at)
SELECT account_id, id, units, CASE WHEN seq < %(spends)s - %(open)s THEN 0 ELSE units END, 0, 0, at, at, at + interval '60 months'
FROM loyalty_entry WHERE account_id = %(account)s AND seq >= %(first)s AND seq < %(spends)s ORDER BY id"""),
    ("loyalty_lotuse", """
INSERT INTO loyalty_lotuse (entry_id, lot_id, units)
SELECT p.id, l.id, l.quantity FROM loyalty_entry p JOIN loyalty_entry e ON e.account_id = p.account_id AND e.seq = p.seq - %(spends)s + %(first)s
JOIN loyalty_lot l ON l.entry_id = e.id WHERE p.account_id = %(account)s AND p.seq >= %(spends)s"""),
)  # fmt: skip
BUSY_OPEN = 300


def document(offers: int) -> dict[str, Any]:
    """The program: points, what counts for tiers, a card, rewards, and so many offers, a half of them discounts and a half specials."""
    today = date.today()
    return {
        "code": PROGRAM,
        "name": "Chain",
        "currency": "EUR",
        "zone": "Europe/Berlin",
        "units": [
            {"code": "points", "name": "Points", "worth": "0.01", "cost": "0.01", "expiry": {"kind": "fixed", "months": 24}},
            {"code": "status", "name": "Status points", "kind": "qualifying"},
        ],
        "earning": [
            {"code": "per-euro", "name": "A point per euro", "unit": "points", "points": 1, "per_amount": 1},
            {"code": "status", "name": "Status per euro", "unit": "status", "points": 1, "per_amount": 1},
        ],
        "ladder": {"currency": "status", "tiers": [{"code": "gold", "name": "Gold", "from_units": 100_000, "earning": "2"}]},
        "cards": [
            {
                "code": "coffee",
                "name": "Coffee card",
                "target": 10,
                "goods": {"categories": ["coffee"]},
                "reward": {"code": "free-coffee"},
            }
        ],
        "rewards": [
            {"code": "free-coffee", "name": "A free coffee", "kind": "goods", "goods": {"categories": ["coffee"]}, "cost": "0.80"},
            {"code": "mug", "name": "The last mugs", "kind": "gift", "price": {"unit": "points", "units": 50}, "stock": 1_000, "cost": "2"},
        ],
        "discounts": [_discount(number, today) for number in range(offers // 2)],
        "specials": [_special(number, today) for number in range(offers - offers // 2)],
    }


def _window(number: int, today: date) -> dict[str, str]:
    """A period in which today lies: all of the offers are active."""
    return {"from_on": str(today - timedelta(days=1 + number % 40)), "until_on": str(today + timedelta(days=20 + number % 300))}


def _discount(number: int, today: date) -> dict[str, Any]:
    offer: dict[str, Any] = {
        "code": f"discount-{number}",
        "name": f"Discount {number}",
        "percent": 5 + number % 20,
        "stacking": ("stack", "best", "exclusive")[number % 3],
        "priority": number % 100,
        "period": _window(number, today),
        "goods": {"products": [f"Product {number * 3 % 3000}"]} if number % 10 else {"categories": [f"Group {number % 60}"]},
    }
    offer |= ({"every": 5 + number % 10}, {"after_purchases": 3 + number % 7}, {"after_spend": str(50 + number % 400)})[number % 3]
    if number % 3:
        offer["window_days"] = 30 + number % 330
    return offer | ({"where": {"channels": ["till"]}} if number % 4 == 1 else {})


def _special(number: int, today: date) -> dict[str, Any]:
    offer: dict[str, Any] = {
        "code": f"special-{number}",
        "name": f"Special {number}",
        "stacking": ("stack", "best", "stack")[number % 3],
        "priority": number % 100,
        "period": _window(number, today),
        "goods": {"products": [f"Product {number * 7 % 3000}"]},
    }
    offer |= ({"unit_price": "1.20", "limit_per_day": 2}, {"percent": 10}, {"buy": 2, "free": 1, "limit": 20})[number % 3]
    if number % 5 == 2:
        offer["where"] = {"traits": {"segment": ["regular"]}}
    return offer | ({"where": {"tiers": ["gold"]}} if number % 5 == 3 else {})


@contextmanager
def loyalty_world(members: int, offers: int) -> Iterator[str]:
    """The address of a database of one's own with such a program in it; it ends with the block."""
    with world(Size(members, 1_000)) as address:
        make(address, offers)
        yield address


def make(address: str, offers: int) -> None:
    """Publish the program and fill the books."""
    with tempfile.TemporaryDirectory(prefix="regulars-bench-") as folder:
        rules = Path(folder) / "program.json"
        rules.write_text(json.dumps(document(offers)))
        program("loyalty", "program", "apply", str(rules), address=address)
    with psycopg.connect(address, autocommit=True) as link:
        found = link.execute("SELECT p.id, v.id FROM loyalty_program p JOIN loyalty_programversion v ON v.program_id = p.id").fetchone()
        assert found is not None
        values: dict[str, Any] = {
            "program": found[0], "version": found[1], "units": UNITS, "earned": EARNED, "spent": SPENT, "qualifying": QUALIFYING,
            "together": ENDS_TOGETHER,
        }  # fmt: skip
        with link.transaction():
            # A program begins now or later; this one has been there for three years.
            link.execute("SET LOCAL session_replication_role = replica")
            link.execute("UPDATE loyalty_programversion SET effective_at = effective_at - interval '3 years'")
        for table, statement in FILL:
            fill(link, table, statement, values)
        _make_busy(link, values)


def _make_busy(link: psycopg.Connection[tuple[Any, ...]], values: dict[str, Any]) -> None:
    row = link.execute("SELECT min(id) FROM loyalty_account WHERE unit = 'points'").fetchone()
    assert row is not None
    first = EARNED + SPENT + 1
    used = (BUSIEST - first + 1 - BUSY_OPEN) // 2
    spends = first + used + BUSY_OPEN
    busy = values | {"account": row[0], "first": first, "spends": spends, "last": spends + used - 1, "open": BUSY_OPEN}
    for table, statement in BUSY:
        link.execute(statement, busy)  # type: ignore[arg-type]  # written above
        link.execute(f"ANALYZE {table}")  # type: ignore[arg-type]  # one of ours
