"""Whether a contact is allowed, decided from the events in order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from regulars.customers.rules.purposes import ALL_MARKETING, Basis, PurposeRule


@dataclass(frozen=True)
class Said:
    """One consent event as a value. `address` empty: all addresses of its channel."""

    id: int
    at: datetime
    purpose: str
    address: str
    given: bool


@dataclass(frozen=True)
class Verdict:
    """May we? `code`: allowed, no_opt_in_needed, never_allowed, withdrawn, objected. `event_id` is the event that decided."""

    allowed: bool
    code: str
    event_id: int | None = None


def verdict_on(purpose: PurposeRule, address: str, said: Iterable[Said]) -> Verdict:
    """Decide one purpose for one address of a channel ("" asks whether any address is allowed).

    The newest event that names the address, or all addresses, wins; of two in one instant the later recorded. A contract or the law needs
    no permission and hears no objection; other purposes obey a "no", and those that need consent are silent until there is a "yes".
    """
    if not purpose.may_be_refused:
        return Verdict(True, "no_opt_in_needed")
    concerning = [one for one in said if one.purpose == purpose.name or (one.purpose == ALL_MARKETING and purpose.needs_consent)]
    if address:
        return _latest(purpose, [one for one in concerning if one.address in (address, "")])
    known = {one.address for one in concerning if one.address} or {""}
    verdicts = [_latest(purpose, [one for one in concerning if one.address in (known_one, "")]) for known_one in sorted(known)]
    return next((one for one in verdicts if one.allowed), verdicts[0])


def _latest(purpose: PurposeRule, events: list[Said]) -> Verdict:
    if not events:
        return Verdict(not purpose.needs_consent, "never_allowed" if purpose.needs_consent else "no_opt_in_needed")
    last = max(events, key=lambda one: (one.at, one.id))
    if last.given:
        return Verdict(True, "allowed", last.id)
    return Verdict(False, "withdrawn" if purpose.basis is Basis.CONSENT else "objected", last.id)
