"""Whose clock? The better knowledge wins; several possible zones are never narrowed by guessing."""

from __future__ import annotations

import pytest

from regulars.customers.rules.countries import country_names, zones_by_country
from regulars.customers.rules.zones import country_in, zone_from, zones_of_phone

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("known", "zone", "provenance", "plausible"),
    [
        ({"stated": "Asia/Kathmandu", "by_phone": ["Europe/Berlin"]}, "Asia/Kathmandu", "stated", ("Asia/Kathmandu",)),
        ({"by_address": ["Europe/Budapest"], "by_phone": ["Europe/Berlin"]}, "Europe/Budapest", "address", ("Europe/Budapest",)),
        ({"by_phone": ["Europe/Berlin"]}, "Europe/Berlin", "phone", ("Europe/Berlin",)),
        ({"by_phone": ["Europe/Lisbon", "Atlantic/Azores"]}, "", "unknown", ("Atlantic/Azores", "Europe/Lisbon")),
        (
            {"by_address": ["America/New_York", "America/Chicago"], "by_phone": ["America/Chicago", "America/Denver"]},
            "America/Chicago",
            "address",
            ("America/Chicago",),
        ),
        ({"assumed": ["Europe/Lisbon", "Europe/Helsinki"]}, "", "unknown", ("Europe/Helsinki", "Europe/Lisbon")),
        ({"assumed": ["Europe/Lisbon"]}, "Europe/Lisbon", "default", ("Europe/Lisbon",)),
        ({}, "Europe/Berlin", "default", ("Europe/Berlin",)),
    ],
)
def test_the_best_knowledge_counts(known: dict[str, object], zone: str, provenance: str, plausible: tuple[str, ...]) -> None:
    given = {"stated": "", "by_address": [], "by_phone": [], "assumed": [], "home": "Europe/Berlin"} | known
    found = zone_from(**given)  # type: ignore[arg-type]
    assert (found.zone, found.provenance, found.plausible) == (zone, provenance, plausible)


@pytest.mark.parametrize(
    ("number", "zones"),
    [
        ("+36301234567", ("Europe/Budapest",)),
        ("+12125550100", ("America/New_York",)),
        ("+6421234567", ("Pacific/Auckland", "Pacific/Chatham")),
        ("0301234", ()),
    ],
)
def test_a_prefix_tells_where_a_phone_may_ring(number: str, zones: tuple[str, ...]) -> None:
    assert zones_of_phone(number) == zones


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("Fő utca 1.\n1011 Budapest\nMagyarország", "HU"),
        ("1 High Street, Leeds, United Kingdom", "GB"),
        ("Lindenallee 3\n10115 Berlin\nDeutschland", "DE"),
        ("Lindenallee 3\n10115 Berlin", ""),
        ("Germany", ""),
    ],
)
def test_the_last_line_of_an_address_may_name_the_country(address: str, code: str) -> None:
    assert country_in(address, country_names()) == code
    assert not code or zones_by_country()[code]
