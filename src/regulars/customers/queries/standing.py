"""All that the gate must know of a person, read at once: who they are, what they allowed, what they wish, by which clock they live.

The same answers as `cluster_of`, `consent_for`, `wishes_of` and `zone_known_of`, from one statement; a test holds them together.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.customers.queries.permitting import Consent, answer_of, normal_address
from regulars.customers.queries.together import cluster_of
from regulars.customers.rules.consent import Said, verdict_on
from regulars.customers.rules.countries import country_names, zones_by_country
from regulars.customers.rules.purposes import ALL_MARKETING, Basis, PurposeRule, all_purposes
from regulars.customers.rules.wishes import Statement, Wishes, wishes_together
from regulars.customers.rules.zones import ZoneKnown, country_in, zone_from, zones_of_phone
from regulars.groundwork.kernel.bulk.copying import on_postgres
from regulars.groundwork.kernel.bulk.dialect import instant_in
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared

# Each row says of what kind it is and whose (`who`); a column means what its kind makes of it. Plain keys everywhere, so that each part is one
# index look.
STATEMENT = """
SELECT 'person' AS kind, c.id AS who, c.id AS id, 0 AS n, CAST(NULL AS {instant}) AS at, c.zone AS a, coalesce(b.zone, '') AS b, '' AS c, '' AS d
  FROM customers_customer c LEFT JOIN business_branch b ON b.id = c.home_branch_id WHERE c.id {among} AND c.business_id = {business}
UNION ALL SELECT 'merge', m.loser_id, m.id, 0, m.at, '', '', '', '' FROM customers_merge m WHERE m.loser_id {among} AND m.undone_at IS NULL
UNION ALL SELECT 'merge', m.survivor_id, m.id, 0, m.at, '', '', '', '' FROM customers_merge m WHERE m.survivor_id {among} AND m.undone_at IS NULL
UNION ALL SELECT 'consent', e.customer_id, e.id, {flag}, e.at, e.purpose, e.address, e.channel, '' FROM customers_consentevent e
  WHERE e.customer_id {among} AND e.channel {by}
UNION ALL SELECT 'wish', w.customer_id, w.id, coalesce(w.at_most_count, 0) * 1000 + coalesce(w.at_most_days, 0), w.at, {never}, {hours},
       w.preferred_channel, {topics}
  FROM customers_wishstatement w WHERE w.customer_id {among}
   AND NOT EXISTS (SELECT 1 FROM customers_wishstatement later WHERE later.customer_id = w.customer_id AND (later.at, later.id) > (w.at, w.id))
UNION ALL SELECT 'point', p.customer_id, p.id, 0, CAST(NULL AS {instant}), p.kind, p.value, p.normal, ''
  FROM customers_contactpoint p WHERE p.customer_id {among} AND p.kind IN ('postal', 'phone')
UNION ALL SELECT 'business', 0, f.id, 0, CAST(NULL AS {instant}), f.zone, '', '', '' FROM business_business f WHERE f.id = {business}
UNION ALL SELECT 'zones', 0, z.business_id, 0, CAST(NULL AS {instant}), {zones}, '', '', '' FROM customers_zoneassumption z WHERE z.business_id = {business}
UNION ALL SELECT 'purpose', 0, q.id, 0, CAST(NULL AS {instant}), q.name, q.label, q.basis, '' FROM customers_purpose q WHERE q.business_id = {business}
"""
WORDS = {
    True: {
        "instant": "timestamptz", "flag": "CAST(e.given AS integer)", "never": "w.channels_never::text", "hours": "coalesce(w.hours::text, '')",
        "topics": "w.topics::text", "zones": "z.zones::text",
    },
    False: {
        "instant": "text", "flag": "e.given", "never": "w.channels_never", "hours": "coalesce(w.hours, '')", "topics": "w.topics", "zones": "z.zones",
    },
}  # fmt: skip
type Row = tuple[Any, ...]
type Kinds = dict[str, list[Row]]


@dataclass(frozen=True, slots=True)
class Reach:
    """Somebody asked about: by which channel, for what, at which address ("": any of theirs)."""

    customer_id: int
    channel: str
    purpose: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class PersonStanding:
    """A person as the gate sees them; `customer_ids` empty: there is no such customer in this business. The surviving record first."""

    customer_ids: tuple[int, ...]
    consent: Consent
    wishes: Wishes
    zone: ZoneKnown


@dataclass(frozen=True, slots=True)
class PersonKnown:
    """What a page shows of a person: the answers by channel and purpose, their wishes, their clock, and the names of the purposes."""

    consents: dict[tuple[str, str], Consent]
    wishes: Wishes
    zone: ZoneKnown
    purposes: dict[str, PurposeRule]


@dataclass(frozen=True, slots=True)
class PersonRead:
    """What the one statement told of some records and channels: for whoever has several questions about the same person."""

    channels: tuple[str, ...]
    house: Kinds
    people: dict[int, Kinds]

    def covers(self, ids: Collection[int], channels: Collection[str]) -> bool:
        """Whether it tells all that these questions want to know."""
        return set(channels) <= set(self.channels) and set(ids) <= set(self.people)


def read_person(*, scope: Scope, customer_ids: tuple[int, ...], channels: Sequence[str]) -> PersonRead:
    """All that is known of these records of a person and of these channels, in one statement."""
    chosen = tuple(sorted(channels))
    house, people = _read(scope, customer_ids, chosen)
    return PersonRead(chosen, house, {one: people.get(one, {}) for one in customer_ids})


def person_known_of(
    *, scope: Scope, customer_id: int, customer_ids: tuple[int, ...], channels: Sequence[str], read: PersonRead | None = None
) -> PersonKnown:
    """The same answers as `consents_of`, `wishes_of` and `zone_known_of` about all records of one person, in one statement.

    `read`: what was read of this person already.
    """
    if read is None or not read.covers(customer_ids, channels):
        read = read_person(scope=scope, customer_ids=customer_ids, channels=channels)
    house, people = read.house, read.people
    rules = _rules(house)
    kinds = _together(people, customer_ids)
    known = customer_ids if kinds.get("person") else ()
    asked = [Reach(customer_id, channel, rule.name) for channel in channels for rule in rules.values() if rule.may_be_refused]
    return PersonKnown(
        consents={(one.channel, one.purpose): _consent(kinds, rules, known, one) for one in asked},
        wishes=_wishes(kinds),
        zone=_zone(house, kinds, known),
        purposes=rules,
    )


def person_standing_of(*, scope: Scope, customer_id: int, channel: str, purpose: str, address: str = "") -> PersonStanding:
    """Everything about one person and one channel, in one statement. Never raises for an unknown customer or purpose: that is a no."""
    return person_standings_of(scope=scope, asked=[Reach(customer_id, channel, purpose, address)])[0]


def person_standings_of(*, scope: Scope, asked: Sequence[Reach], read: PersonRead | None = None) -> list[PersonStanding]:
    """The same for many, each in the order asked, in one statement for all of them together; `read`: what was read of them already."""
    wanted = tuple(sorted({one.customer_id for one in asked}))
    channels = tuple(sorted({one.channel for one in asked}))
    if read is not None and read.covers(wanted, channels):
        house, people, channels = read.house, dict(read.people), read.channels
    else:
        house, people = _read(scope, wanted, channels)
    merged = [one for one in wanted if people.get(one, {}).get("person") and people[one].get("merge")]
    # Rare: the person stands in the records more than once.
    clusters = {one: cluster_of(scope=scope, customer_id=one) for one in merged}
    if clusters:
        others = tuple(sorted({one for ids in clusters.values() for one in ids} - set(people) - set(wanted)))
        people |= _read(scope, others, channels)[1] if others else {}
    rules = _rules(house)
    return [_standing(house, rules, people, clusters.get(one.customer_id, (one.customer_id,)), one) for one in asked]


def _standing(house: Kinds, rules: dict[str, PurposeRule], people: dict[int, Kinds], ids: tuple[int, ...], one: Reach) -> PersonStanding:
    kinds = people.get(one.customer_id, {}) if len(ids) == 1 else _together(people, ids)
    known = ids if kinds.get("person") else ()
    return PersonStanding(known, _consent(kinds, rules, known, one), _wishes(kinds), _zone(house, kinds, known))


def _together(people: dict[int, Kinds], ids: tuple[int, ...]) -> Kinds:
    """What is said about several records of one person."""
    kinds: Kinds = {}
    for record in ids:
        for kind, rows in people.get(record, {}).items():
            kinds.setdefault(kind, []).extend(rows)
    return kinds


def _rules(house: Kinds) -> dict[str, PurposeRule]:
    return all_purposes(PurposeRule(row[5], row[6], Basis(row[7])) for row in sorted(house.get("purpose", []), key=lambda row: int(row[2])))


def _read(scope: Scope, ids: tuple[int, ...], channels: tuple[str, ...]) -> tuple[Kinds, dict[int, Kinds]]:
    """What is said about the business, and about each of the records."""
    house: Kinds = {}
    people: dict[int, Kinds] = {}
    for row in fetch_prepared(*_statement(on_postgres(), ids, scope.business_id, channels)):
        (people.setdefault(row[1], {}) if row[1] else house).setdefault(row[0], []).append(row)
    return house, people


def _statement(postgres: bool, ids: tuple[int, ...], business_id: int, channels: tuple[str, ...]) -> tuple[Any, ...]:
    """The statement and its parameters, in the order in which they stand there."""
    parts = _template(postgres, len(ids), len(channels))
    known = {
        "among": [list(ids)] if postgres and len(ids) > 1 else list(ids),
        "business": [business_id],
        "by": [list(channels)] if postgres and len(channels) > 1 else list(channels),
    }
    return (parts[0], *(value for name in parts[1] for value in known[name]))


@lru_cache(maxsize=64)
def _template(postgres: bool, count: int, channels: int) -> tuple[str, tuple[str, ...]]:
    order = tuple(match[1] for match in re.finditer(r"\{(among|business|by)\}", STATEMENT))
    text = STATEMENT.format(among=_among(postgres, count), business="%s", by=_among(postgres, channels), **WORDS[postgres])
    return text, order


def _among(postgres: bool, count: int) -> str:
    return "= %s" if count == 1 else "= ANY(%s)" if postgres else f"IN ({', '.join(['%s'] * count)})"


def _consent(kinds: Kinds, rules: dict[str, PurposeRule], ids: tuple[int, ...], one: Reach) -> Consent:
    rule = rules.get(one.purpose)
    if rule is None:
        return Consent(
            False, "", "purpose_unknown", _("“%(purpose)s” is no purpose of this business.") % {"purpose": one.purpose[:40]}, None
        )
    if not ids:
        return Consent(False, rule.basis.value, "customer_unknown", _("There is no such customer."), None)
    said = []
    if rule.may_be_refused:
        wanted = (one.purpose, ALL_MARKETING)
        said = [
            Said(row[2], instant_in(row[4]), row[5], row[6], bool(row[3]))
            for row in kinds.get("consent", [])
            if row[5] in wanted and row[7] == one.channel
        ]
    return answer_of(rule, verdict_on(rule, normal_address(one.channel, one.address) if said else one.address, said))


def _wishes(kinds: Kinds) -> Wishes:
    rows = kinds.get("wish", [])
    if not rows:
        return Wishes()
    merges = [instant_in(row[4]) for row in kinds.get("merge", [])]
    return wishes_together([Statement(instant_in(row[4]), _wish(row)) for row in rows], max(merges) if merges else None)


def _wish(row: Row) -> Wishes:
    hours = json.loads(row[6]) if row[6] else None
    count, days = divmod(row[3], 1000)
    return Wishes(
        channels_never=frozenset(json.loads(row[5])),
        preferred_channel=row[7],
        hours=None if hours is None else tuple(tuple((start, end) for start, end in day) for day in hours),
        at_most=(count, days) if count and days else None,
        topics=frozenset(json.loads(row[8])),
        stated_at=instant_in(row[4]),
    )


def _zone(house: Kinds, kinds: Kinds, ids: tuple[int, ...]) -> ZoneKnown:
    people = sorted(kinds.get("person", []), key=lambda row: ids.index(row[2]))
    addresses: set[str] = set()
    phones: set[str] = set()
    for row in kinds.get("point", []):
        if row[5] == "postal":
            addresses.update(_zones_of_address(row[6]))
        else:
            phones.update(_zones_of_phone(row[7]))
    assumed = [zone for row in house.get("zones", []) for zone in json.loads(row[5])]
    branch = next((row[6] for row in people if row[6]), "")
    return zone_from(
        stated=next((row[5] for row in people if row[5]), ""),
        by_address=sorted(addresses),
        by_phone=sorted(phones),
        assumed=assumed,
        home=branch or house["business"][0][5],
    )


# Reading the country out of a number takes longer than everything else here together.
@lru_cache(maxsize=65_536)
def _zones_of_phone(normal: str) -> tuple[str, ...]:
    return zones_of_phone(normal)


@lru_cache(maxsize=16_384)
def _zones_of_address(value: str) -> tuple[str, ...]:
    return tuple(zones_by_country().get(country_in(value, country_names()), ()))
