"""A till of the bakery that sells to members, and short words for what tests ask of it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from regulars.groundwork.kernel import clock
from regulars.loyalty.queries import account_faults

from tests.cast import NOON, Cast
from tests.loyalty.club import opened
from tests.till.test_api import Program, program

AT = NOON + timedelta(hours=1)
SCOPES = ("loyalty:read", "loyalty:write", "loyalty:adjust", "loyalty:programs", "purchases:read", "customers:read")


@dataclass
class Till:
    """A program with a key, that counts its own Idempotency-Keys and receipts."""

    cast: Cast
    program: Program
    numbers: Any = field(default_factory=itertools.count)

    def post(self, path: str, body: Any, key: str | None = "") -> Any:
        return self.program.post(path, body, key=f"key-{next(self.numbers)}" if key == "" else key)

    def get(self, path: str, **query: Any) -> Any:
        return self.program.get(path, **query)

    def sale(self, customer: str, amount: str, **more: Any) -> dict[str, Any]:
        """A sale's body, with a receipt of its own unless told."""
        return {"customer": customer, "amount": amount, "currency": "EUR", "branch": "market", "receipt": f"R-{next(self.numbers)}"} | more

    def sell(self, customer: str, amount: str, **more: Any) -> dict[str, Any]:
        """A sale that is taken."""
        answer = self.post("sales", self.sale(customer, amount, **more))
        assert answer.status_code == 201, answer.content
        return dict(answer.json())

    def give(self, customer: str, units: int | str) -> None:
        """Points by hand."""
        answer = self.post("adjustments", {"customer": customer, "unit": "points", "units": units, "reason": "a start"})
        assert answer.status_code == 201, answer.content

    def account(self, customer: str = "A-1001", unit: str = "points") -> dict[str, Any]:
        """What a member has, as the API says it; the books agree whenever somebody looks."""
        assert list(account_faults()) == []
        items = self.get(f"members/{customer}/accounts").json()["items"]
        return next((one for one in items if one["unit"] == unit), {"usable": "0", "held": "0", "debt": "0", "pending": "0"})

    def usable(self, customer: str = "A-1001") -> str:
        return str(self.account(customer)["usable"])

    def kinds(self, customer: str = "A-1001") -> list[tuple[str, str]]:
        """What happened, in order, as (kind, signed units)."""
        return [(one["kind"], one["units"]) for one in reversed(self.get(f"members/{customer}/entries").json()["items"])]


def at_the_till(cast: Cast, **changes: Any) -> Till:
    """The till of a bakery with the program of the club."""
    opened(cast, **changes)
    return Till(cast, program(cast, *SCOPES))


def later(**span: float) -> Any:
    """The clock stands so much later."""
    return clock.standing_at(AT + timedelta(**span))
