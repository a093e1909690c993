"""Of whom nothing was heard for so long that a retention rule ends their records."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched

from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.customers.models import ConsentEvent, ContactPoint, Customer, LegalHold, RetentionRule, WishStatement
from regulars.customers.queries.columns import merged_numbers
from regulars.customers.queries.finding import present
from regulars.customers.rules.retention import SUBJECTS, RetentionSubject

CHUNK = 2_000
# (business, records, since) → those of the records of which this capability heard since then.
LifeSign = Callable[[int, Collection[int], datetime], Collection[int]]
_SIGNS: dict[str, LifeSign] = {}


@dataclass(frozen=True)
class RuleShown:
    """A rule as it stands: proposed and off until the business decides."""

    subject: RetentionSubject
    label: str
    meaning: str
    days: int
    enabled: bool


@dataclass(frozen=True)
class Due:
    """What the rules would end at an instant: by subject the records, and those that a legal hold spares."""

    ending: dict[str, list[Customer]]
    spared: list[Customer]


def add_life_sign(name: str, sign: LifeSign) -> None:
    """Let a capability say of whom it heard lately (called once, when it starts up)."""
    _SIGNS[name] = sign


def retention_rules(*, scope: Scope) -> list[RuleShown]:
    """Every rule, with the business's own lengths where it set some."""
    rows = {row.subject: row for row in RetentionRule.objects.filter(business_id=scope.business_id)}
    return [
        RuleShown(
            one,
            _(one.label),
            _(one.meaning),
            rows[one.name].days if one.name in rows else one.days,
            one.name in rows and rows[one.name].enabled,
        )
        for one in SUBJECTS
    ]


def retention_due(*, scope: Scope, at: datetime, proposed: Mapping[str, int] | None = None) -> Due:
    """What the switched-on rules end at `at`; the same for a dry run and a real one. `proposed` (subject → days) asks what these would end."""
    ending: dict[str, list[Customer]] = {}
    spared: list[Customer] = []
    for rule in retention_rules(scope=scope):
        days = rule.days if rule.enabled else None
        if proposed is not None:
            days = proposed.get(rule.subject.name)
        if days is not None:
            silent = list(_silent(scope, prospects=rule.subject.name == "prospects", since=at - timedelta(days=days)))
            ids = [row.pk for row in silent]
            held = set(
                LegalHold.objects.filter(customer_id__in=_with_losers(scope, ids), lifted_at__isnull=True).values_list(
                    "customer_id", flat=True
                )
            )
            persons = merged_numbers(scope=scope)
            held_persons = {persons.get(one, one) for one in held}
            spared += [row for row in silent if row.pk in held_persons]
            ending[rule.subject.name] = [row for row in silent if row.pk not in held_persons]
    return Due(ending, spared)


def _silent(scope: Scope, *, prospects: bool, since: datetime) -> Iterator[Customer]:
    """Persons of whom no capability heard since then, under any of their records."""
    rows = present(scope).filter(prospect=prospects, created_at__lt=since).order_by("pk")
    for chunk in batched(rows.iterator(CHUNK), CHUNK):
        losers = _losers_by_person(scope, [row.pk for row in chunk])
        ids = [one for row in chunk for one in (row.pk, *losers.get(row.pk, []))]
        heard = {one for sign in _SIGNS.values() for one in sign(scope.business_id, ids, since)}
        yield from (row for row in chunk if not heard.intersection([row.pk, *losers.get(row.pk, [])]))


def _losers_by_person(scope: Scope, ids: Collection[int]) -> dict[int, list[int]]:
    wanted = set(ids)
    found: dict[int, list[int]] = {}
    for loser, person in merged_numbers(scope=scope).items():
        if person in wanted:
            found.setdefault(person, []).append(loser)
    return found


def _with_losers(scope: Scope, ids: Collection[int]) -> list[int]:
    return [*ids, *(one for losers in _losers_by_person(scope, ids).values() for one in losers)]


def _own_signs(_business_id: int, ids: Collection[int], since: datetime) -> set[int]:
    """A permission given, a wish stated, an address added, a record made: somebody was here."""
    heard: set[int] = set(Customer.objects.filter(pk__in=ids, created_at__gte=since).values_list("pk", flat=True))
    heard |= set(ConsentEvent.objects.filter(customer_id__in=ids, given=True, at__gte=since).values_list("customer_id", flat=True))
    heard |= set(WishStatement.objects.filter(customer_id__in=ids, at__gte=since).values_list("customer_id", flat=True))
    return heard | set(ContactPoint.objects.filter(customer_id__in=ids, added_at__gte=since).values_list("customer_id", flat=True))


add_life_sign("customers", _own_signs)
