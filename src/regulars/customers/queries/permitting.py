"""May we, how and when: consent, wishes and the customer's clock, through all merged records of a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from regulars.business.queries import Branch, Scope, business_of
from regulars.customers.models import ConsentEvent, ContactPoint, Customer, Purpose, WishStatement, ZoneAssumption
from regulars.customers.queries.together import cluster_of, merged_last_at
from regulars.customers.rules.channels import POINT_OF
from regulars.customers.rules.consent import Said, Verdict, verdict_on
from regulars.customers.rules.contact_points import NotReachable, normal_form
from regulars.customers.rules.countries import country_names, zones_by_country
from regulars.customers.rules.purposes import Basis, PurposeRule, all_purposes
from regulars.customers.rules.wishes import Statement, Wishes, wishes_together
from regulars.customers.rules.zones import ZoneKnown, country_in, zone_from, zones_of_phone
from regulars.groundwork.kernel.bulk.instances import among, instances, objects


@dataclass(frozen=True)
class Consent:
    """The answer to "may we?". `basis`: consent, contract, interest or duty. `event_id` is the event that decided, None when none did.

    `code`: allowed, no_opt_in_needed, never_allowed, withdrawn, objected, purpose_unknown, customer_unknown.
    """

    allowed: bool
    basis: str
    code: str
    sentence: str
    event_id: int | None


def purposes_of(*, scope: Scope) -> dict[str, PurposeRule]:
    """All purposes of a business by name: its own, then the built-in ones."""
    rows = objects(Purpose, "FROM customers_purpose t WHERE t.business_id = %s ORDER BY t.id", scope.business_id)
    return all_purposes(PurposeRule(row.name, row.label, Basis(row.basis)) for row in rows)


def consent_for(*, scope: Scope, customer_id: int, channel: str, purpose: str, address: str = "") -> Consent:
    """Whether this person may be contacted for this purpose by this channel, at this address ("": at any of theirs). Never raises.

    Events of all merged records count. An unknown purpose or customer is a no.
    """
    rule = purposes_of(scope=scope).get(purpose)
    if rule is None:
        return Consent(False, "", "purpose_unknown", _("“%(purpose)s” is no purpose of this business.") % {"purpose": purpose[:40]}, None)
    cluster = cluster_of(scope=scope, customer_id=customer_id)
    if not cluster:
        return Consent(False, rule.basis.value, "customer_unknown", _("There is no such customer."), None)
    said = said_by(cluster, channel) if rule.may_be_refused else []
    return answer_of(rule, verdict_on(rule, normal_address(channel, address), said))


def consents_of(
    *, scope: Scope, customer_id: int, channels: Sequence[str], customer_ids: tuple[int, ...] = ()
) -> dict[tuple[str, str], Consent]:
    """The answers for each of these channels and each purpose that can be refused, in two queries: what a page shows.

    `customer_ids`: all records of this person, for whoever knows them already (so also for the questions below).
    """
    cluster = customer_ids or cluster_of(scope=scope, customer_id=customer_id)
    rules = [one for one in purposes_of(scope=scope).values() if one.may_be_refused]
    chosen, values = among(cluster or (customer_id,))
    said: dict[str, list[Said]] = {channel: [] for channel in channels}
    for row in objects(ConsentEvent, f"FROM customers_consentevent t WHERE t.customer_id {chosen}", *values):
        said.setdefault(row.channel, []).append(Said(row.pk, row.at, row.purpose, row.address, row.given))
    return {(channel, rule.name): answer_of(rule, verdict_on(rule, "", said[channel])) for channel in channels for rule in rules}


def said_by(cluster: Sequence[int], channel: str) -> list[Said]:
    """What the records of a person said about a channel."""
    rows = ConsentEvent.objects.filter(customer_id__in=cluster, channel=channel)
    return [Said(row.pk, row.at, row.purpose, row.address, row.given) for row in rows]


def consent_story(*, scope: Scope, customer_id: int) -> list[ConsentEvent]:
    """Every consent event of a person with its proof, newest first."""
    cluster = cluster_of(scope=scope, customer_id=customer_id)
    return list(ConsentEvent.objects.filter(customer_id__in=cluster).order_by("-at", "-pk"))


def normal_address(channel: str, address: str) -> str:
    """An address as consent events keep it; one that is none stays as typed, and so is known to nobody."""
    if not address:
        return ""
    kind = POINT_OF.get(channel)
    if kind is None:
        return address.strip().casefold()[:320]
    try:
        return normal_form(kind, address)  # type: ignore[arg-type]
    except NotReachable:
        return address.strip().casefold()[:320]


def wishes_of(*, scope: Scope, customer_id: int, customer_ids: tuple[int, ...] = ()) -> Wishes:
    """How, when and how often this person wishes to be contacted; empty wishes when nothing was stated."""
    cluster = customer_ids or cluster_of(scope=scope, customer_id=customer_id)
    latest: dict[int, WishStatement] = {}
    chosen, values = among(cluster or (customer_id,))
    for row in objects(WishStatement, f"FROM customers_wishstatement t WHERE t.customer_id {chosen} ORDER BY t.at, t.id", *values):
        latest[row.customer_id] = row
    return wishes_together([Statement(row.at, wishes_in(row)) for row in latest.values()], merged_last_at(cluster))


def wishes_in(row: WishStatement) -> Wishes:
    """A statement as a value."""
    return Wishes(
        channels_never=frozenset(row.channels_never),
        preferred_channel=row.preferred_channel,
        hours=None if row.hours is None else tuple(tuple((start, end) for start, end in day) for day in row.hours),
        at_most=(row.at_most_count, row.at_most_days) if row.at_most_count and row.at_most_days else None,
        topics=frozenset(row.topics),
        stated_at=row.at,
    )


def zone_known_of(*, scope: Scope, customer_id: int, customer_ids: tuple[int, ...] = ()) -> ZoneKnown:
    """Which clock this person lives by, and how we know; `plausible` is never empty."""
    cluster = customer_ids or cluster_of(scope=scope, customer_id=customer_id) or (customer_id,)
    chosen, values = among(cluster)
    joined = f"FROM customers_customer c LEFT JOIN business_branch b ON b.id = c.home_branch_id WHERE c.id {chosen} AND c.business_id = %s"
    rows = {row.pk: (row, home) for row, home in instances(((Customer, "c"), (Branch, "b")), joined, *values, scope.business_id)}
    people = [rows[one] for one in cluster if one in rows]
    addresses: set[str] = set()
    phones: set[str] = set()
    reaching = f"FROM customers_contactpoint t WHERE t.customer_id {chosen} AND t.kind IN ('postal', 'phone')"
    for point in objects(ContactPoint, reaching, *values):
        if point.kind == "postal":
            addresses.update(zones_by_country().get(country_in(point.value, country_names()), ()))
        else:
            phones.update(zones_of_phone(point.normal))
    branch = next((home for _row, home in people if home), None)
    return zone_from(
        stated=next((row.zone for row, _home in people if row.zone), ""),
        by_address=sorted(addresses),
        by_phone=sorted(phones),
        assumed=assumed_zones(business_id=scope.business_id),
        home=(branch.zone if branch and branch.zone else "") or business_of(scope=scope).zone,
    )


def assumed_zones(*, business_id: int) -> list[str]:
    """Where customers may live of whom no zone is known; empty: where the business (or their branch) is."""
    found = objects(ZoneAssumption, "FROM customers_zoneassumption t WHERE t.business_id = %s", business_id)
    return list(found[0].zones) if found else []


def answer_of(rule: PurposeRule, verdict: Verdict) -> Consent:
    """A verdict in words."""
    return Consent(
        verdict.allowed, rule.basis.value, verdict.code, _in_words(get_language() or "en", verdict.code, rule.label), verdict.event_id
    )


@lru_cache(maxsize=1024)
def _in_words(_language: str, code: str, label: str) -> str:
    """Kept by language: the gate says the same few sentences thousands of times a second."""
    return _sentence_of(code) % {"purpose": _(label)}


def _sentence_of(code: str) -> str:
    """The sentence of a verdict; only the one that is needed is translated, for the gate asks thousands of times a second."""
    match code:
        case "allowed":
            return _("Allowed: the customer agreed to “%(purpose)s”.")
        case "no_opt_in_needed":
            return _("“%(purpose)s” needs no permission of its own.")
        case "never_allowed":
            return _("The customer has not agreed to “%(purpose)s” by this channel.")
        case "withdrawn":
            return _("The customer has taken back the permission for “%(purpose)s”.")
        case _other:
            return _("The customer objected to “%(purpose)s” by this channel.")
