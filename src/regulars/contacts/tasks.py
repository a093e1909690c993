"""The gate's background work: places that lapsed, reservations under changed rules."""

from __future__ import annotations

from regulars.contacts.services import (
    expire_reservations,
    importing,  # noqa: F401 — registers the kind of import
    reweigh_reservations,
)
from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.jobs import Work, job
from regulars.groundwork.kernel.schedules import schedule

PEOPLE_AT_ONCE = 200

schedule("contacts.expiry", kind="contacts.expire", every_minutes=5)


@job("contacts.expire")
def expire(work: Work) -> None:
    """Mark the reservations that nobody used in time."""
    expire_reservations(at=clock.now())


@job("contacts.reweigh", lane="long")
def reweigh(work: Work) -> None:
    """Weigh all reservations of a business under its new rules."""
    after = 0
    while True:
        _gone, after = reweigh_reservations(
            business_id=work.payload["business"], after=after, size=PEOPLE_AT_ONCE, at=clock.now(), actor="system:gate"
        )
        if not after:
            return
        work.beat()
