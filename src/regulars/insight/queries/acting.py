"""Lists of people to act on, each with the reason in a sentence."""
# ruff: noqa: S608 — statements are put together from names that the program chose; values travel as parameters

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import F, OrderBy, QuerySet
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.customers.queries import Customer
from regulars.groundwork.kernel.bulk.instances import instances
from regulars.groundwork.kernel.money import Money
from regulars.groundwork.kernel.refusals import NotFound
from regulars.insight.models import CustomerScore, Refresh
from regulars.insight.queries.knowing import SCORED, seen_by, visible_scores
from regulars.insight.queries.wording import chance_in_words, reason_sentence, segment_name
from regulars.insight.rules.names import Segment

ORDERS: dict[str, tuple[str | OrderBy, ...]] = {
    "stake": ("-at_stake_minor", "pk"),
    "value": ("-value_minor", "pk"),
    "silence": ("-silence_days", "pk"),
    "newest": ("silence_days", "pk"),
    "visits": ("-frequency", "pk"),
    "chance": (F("p_alive").asc(nulls_last=True), "pk"),
    "name": ("customer__sort_name", "pk"),
}


# People who were forgotten still count in the sums, but nobody can act on them.
KNOWN = {"customer__forgotten__isnull": True}


@dataclass(frozen=True)
class SlippingFilter:
    """Which people, and in which order. `segment` is one of those with a rhythm that broke off."""

    segment: Segment = Segment.SLIPPING_AWAY
    order: str = "stake"
    fewest_visits: int = 2


@dataclass(frozen=True)
class PersonToAct:
    """One row of a list."""

    customer: Customer
    score: CustomerScore
    reason: str
    chance: str
    at_stake: Money | None
    value: Money | None


@dataclass(frozen=True)
class SlippingPage:
    """One page of people, how many there are in all, and the numbers of the neighbouring pages (0: none)."""

    rows: list[PersonToAct]
    total: int
    page: int
    previous_page: int
    next_page: int


def slipping_page(*, scope: Scope, refresh: Refresh, asked: SlippingFilter, page: int = 1, size: int = 50) -> SlippingPage:
    """A page of people who slip away (or have gone quiet), most at stake first unless asked otherwise."""
    scores = _chosen(scope, refresh, asked)
    total = scores.count()
    first = (page - 1) * size
    if page < 1 or (page > 1 and first >= total):
        raise NotFound(_("This page does not exist."))
    rows = scores.select_related("customer__home_branch")[first : first + size]
    return SlippingPage(
        rows=[_person(score, refresh) for score in rows],
        total=total,
        page=page,
        previous_page=page - 1,
        next_page=page + 1 if first + size < total else 0,
    )


def most_at_stake(*, scope: Scope, refresh: Refresh, size: int) -> list[PersonToAct]:
    """The first of those who slip away, most at stake first: what `slipping_page` begins with, without counting them all."""
    rest = f"""{SCORED} WHERE t.refresh_id = %s AND t.segment = %s AND {seen_by(scope)}
        AND NOT EXISTS (SELECT 1 FROM customers_forgotten f WHERE f.customer_id = c.id)
        ORDER BY t.at_stake_minor DESC, t.id LIMIT {size:d}"""
    found = []
    for score, customer in instances(((CustomerScore, "t"), (Customer, "c")), rest, refresh.pk, Segment.SLIPPING_AWAY.value):
        score.customer = customer
        found.append(_person(score, refresh))
    return found


def valuable_customers(*, scope: Scope, refresh: Refresh, size: int = 20) -> list[PersonToAct]:
    """The visible customers with the highest expected value."""
    rows = visible_scores(scope, refresh).filter(**KNOWN).select_related("customer__home_branch").order_by(*ORDERS["value"])[:size]
    return [_person(score, refresh) for score in rows]


def export_rows(*, scope: Scope, refresh: Refresh, asked: SlippingFilter) -> Iterator[list[str | int | float | None]]:
    """The whole list as rows of a file, the titles first. Money in whole units; nothing is cut off."""
    currency = refresh.findings["currency"]
    yield [
        _("Customer"), _("Segment"), _("Reason"), _("Visits"), _("Last visit"), _("Days since"), _("Usual gap in days"),
        _("Chance of still being a customer"), _("Expected visits in 12 months"),
        _("Value in 12 months (%(currency)s)") % {"currency": currency},
        _("At stake (%(currency)s)") % {"currency": currency},
        _("Customer id"),
    ]  # fmt: skip
    for score in _chosen(scope, refresh, asked).select_related("customer").iterator(chunk_size=2000):
        person = _person(score, refresh)
        yield [
            person.customer.display_name,
            segment_name(score.segment),
            person.reason,
            score.frequency + 1,
            score.last_on.isoformat(),
            score.silence_days,
            _rounded(score.own_gap_days, 1),
            _rounded(score.p_alive, 3),
            _rounded(score.expected_visits, 2),
            str(person.value.major) if person.value else "",
            str(person.at_stake.major) if person.at_stake else "",
            str(person.customer.public_id),
        ]


def _rounded(number: float | None, digits: int) -> float | None:
    return None if number is None else round(number, digits)


def _chosen(scope: Scope, refresh: Refresh, asked: SlippingFilter) -> QuerySet[CustomerScore]:
    scores = visible_scores(scope, refresh).filter(segment=asked.segment.value, **KNOWN)
    if asked.fewest_visits > 2:
        scores = scores.filter(frequency__gte=asked.fewest_visits - 1)
    return scores.order_by(*ORDERS[asked.order])


def _person(score: CustomerScore, refresh: Refresh) -> PersonToAct:
    currency = refresh.findings["currency"]
    return PersonToAct(
        customer=score.customer,
        score=score,
        reason=reason_sentence(score, refresh, name=score.customer.display_name),
        chance="" if score.p_alive is None else chance_in_words(score.p_alive),
        at_stake=Money(score.at_stake_minor, currency) if currency else None,
        value=Money(score.value_minor, currency) if currency else None,
    )
