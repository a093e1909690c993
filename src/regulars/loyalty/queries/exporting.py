"""Entries for the outside: of all members for the books, of one person for their right of access."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from regulars.business.queries import Scope
from regulars.loyalty.models import Entry, Program, Voucher
from regulars.loyalty.queries.programs import document_of
from regulars.loyalty.queries.showing import shown_units

COLUMNS = (
    "id",
    "act",
    "program",
    "unit",
    "member",
    "seq",
    "kind",
    "giver",
    "getter",
    "units",
    "at",
    "booked_on",
    "version",
    "purchase",
    "reverses",
    "actor",
    "why",
)


def told_entries(*, scope: Scope, program: Program | None = None) -> Iterator[dict[str, Any]]:
    """Every entry of the business in the order in which it was written, as `COLUMNS` name it; read in pieces, with flat memory."""
    rows = Entry.objects.filter(account__program__business_id=scope.business_id)
    if program is not None:
        rows = rows.filter(account__program=program)
    wanted = rows.select_related("account__program", "account__customer", "version", "purchase").defer("version__document").order_by("pk")
    for entry in wanted.iterator(chunk_size=2000):
        yield told(entry) | {"member": str(entry.account.customer.public_id)}


def told(entry: Entry) -> dict[str, Any]:
    """One entry in plain values; units as a decimal at the unit's scale."""
    unit = document_of(entry.version).unit(entry.account.unit)
    assert unit is not None
    return {
        "id": entry.pk,
        "act": str(entry.act),
        "program": entry.account.program.code,
        "unit": entry.account.unit,
        "seq": entry.seq,
        "kind": entry.kind,
        "giver": entry.giver,
        "getter": entry.getter,
        "units": shown_units(unit, entry.units),
        "at": entry.at.isoformat(),
        "booked_on": entry.booked_on.isoformat(),
        "version": entry.version.number,
        "purchase": str(entry.purchase.public_id) if entry.purchase else "",
        "reverses": entry.reverses_id or "",
        "actor": entry.actor,
        "why": entry.why,
    }


def loyalty_section(scope: Scope, customer_ids: tuple[int, ...]) -> list[dict[str, Any]]:
    """What an access export says about somebody's points: every entry, oldest first, and who of the staff it was stays out."""
    rows = Entry.objects.filter(account__customer__in=customer_ids, account__program__business_id=scope.business_id)
    wanted = rows.select_related("account__program", "version", "purchase").defer("version__document").order_by("at", "pk")
    return [{name: value for name, value in told(entry).items() if name != "actor"} for entry in wanted]


def vouchers_section(scope: Scope, customer_ids: tuple[int, ...]) -> list[dict[str, Any]]:
    """What an access export says about somebody's vouchers, oldest first. Their codes stay out: who steals the file must not have the coffee."""
    rows = Voucher.objects.filter(customer__in=customer_ids, program__business_id=scope.business_id)
    return [
        {
            "program": one.program.code,
            "reward": one.reward,
            "given_at": one.made_at.isoformat(),
            "given_for": one.cause,
            "ends_at": one.ends_at.isoformat() if one.ends_at else "",
            "state": one.state,
            "used_at": [use.at.isoformat() for use in one.uses.all() if use.state == "used"],
        }
        for one in rows.select_related("program").prefetch_related("uses").order_by("pk")
    ]
