"""Countries: their names in the languages of our customers (CLDR) and their time zones (the tz database's zone.tab)."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from importlib.resources import files

from babel import Locale

LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "hu", "cs", "sk", "pl", "lv", "lt", "et", "nl", "sv", "da", "nb", "fi", "ro", "vi")


@cache
def country_names() -> dict[str, str]:
    """Folded names, and the codes themselves, to ISO codes."""
    found = {code.casefold(): code for code in zones_by_country()}
    for language in LANGUAGES:
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2 and code.isalpha() and code in zones_by_country():
                found.setdefault(name.casefold(), code)
    return found


@cache
def zones_by_country() -> dict[str, tuple[str, ...]]:
    """ISO code to the zones in use there."""
    zones: dict[str, list[str]] = defaultdict(list)
    for line in (files("tzdata.zoneinfo") / "zone.tab").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            code, _place, zone = line.split("\t")[:3]
            zones[code].append(zone)
    return {code: tuple(found) for code, found in zones.items()}
