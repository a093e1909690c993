"""Which clock a customer lives by, and how we know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class ZoneKnown:
    """`zone` is an IANA name or "". `provenance`: stated, address, phone, default, unknown. `plausible`: where they may be (never empty)."""

    zone: str
    provenance: str
    plausible: tuple[str, ...]


def zone_from(*, stated: str, by_address: Sequence[str], by_phone: Sequence[str], assumed: Sequence[str], home: str) -> ZoneKnown:
    """The best knowledge there is: what was stated, the country of the postal address, the prefix of the phone number, the assumption.

    A country or prefix with several zones says who may be where but not which: the zone stays unknown, the plausible ones are named, and
    who asks must stay within the allowed hours of all of them. `assumed` are the zones in which the business says its customers may live;
    `home` is where the business (or the home branch) is.
    """
    if stated:
        return ZoneKnown(stated, "stated", (stated,))
    if len(by_address) == 1:
        return ZoneKnown(by_address[0], "address", (by_address[0],))
    if by_address:
        both = [one for one in by_address if one in by_phone]
        if len(both) == 1:
            return ZoneKnown(both[0], "address", (both[0],))
        return ZoneKnown("", "unknown", tuple(sorted(both or {*by_address, *by_phone})))
    if len(by_phone) == 1:
        return ZoneKnown(by_phone[0], "phone", (by_phone[0],))
    if by_phone:
        return ZoneKnown("", "unknown", tuple(sorted(by_phone)))
    if len(assumed) > 1:
        return ZoneKnown("", "unknown", tuple(sorted(assumed)))
    only = assumed[0] if assumed else home
    return ZoneKnown(only, "default", (only,))


def zones_of_phone(normal: str) -> tuple[str, ...]:
    """The zones in which a number in E.164 form may ring; empty when its prefix doesn't tell."""
    if not normal.startswith("+"):
        return ()
    import phonenumbers  # loads here: its tables take a while, and only numbers need them
    from phonenumbers import timezone

    try:
        found = timezone.time_zones_for_number(phonenumbers.parse(normal))
    except phonenumbers.NumberParseException:
        return ()
    return tuple(one for one in found if "/" in one and not one.startswith("Etc/"))


def country_in(address: str, names: dict[str, str]) -> str:
    """The country (ISO code) that the last line of a postal address names, "" when it names none. `names` maps folded names to codes."""
    lines = [line.strip(" .,") for line in address.replace(",", "\n").splitlines() if line.strip(" .,")]
    return names.get(lines[-1].casefold(), "") if len(lines) > 1 else ""
