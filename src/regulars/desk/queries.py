"""What screens ask that joins several capabilities."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from regulars.business.queries import Business, Scope, branches, business_of, zone_of
from regulars.contacts.queries import (
    Ask,
    Contact,
    Decision,
    FollowUp,
    Story,
    StoryFilter,
    TermKind,
    Terms,
    TimelineLine,
    ask_gate_about,
    channel_words,
    contact_lines_of,
    follow_ups_due,
    follow_ups_of,
    story_of,
    terms_of,
)
from regulars.customers.queries import (
    Customer,
    CustomerCounts,
    Particulars,
    PersonRead,
    cluster_of,
    counts_of,
    customer_of,
    particulars_of,
    read_person,
)
from regulars.groundwork.kernel.schedules import instant_of
from regulars.groundwork.kernel.upgrade import pending
from regulars.groundwork.kernel.worker import is_alive
from regulars.insight.queries import CustomerFigures, current_refresh, figures_of, most_at_stake, warning_count
from regulars.loyalty.queries import Entry, MemberShown, entries_of, member_shown, programs_of
from regulars.policy.queries import (
    Proposal,
    Reminder,
    Version,
    due_to_confirm_of,
    news_of_proposals,
    overdue_confirmations,
    policy_to_confirm,
)
from regulars.purchases.queries import CustomerTotals, customer_totals, purchases_exist, sums_of
from regulars.service.queries import CaseLine, Notice, lines_in, lines_of_customer, notices_of
from regulars.staff.queries import (
    Actor,
    CertificateCounts,
    CertificateShown,
    CoachingNote,
    Employee,
    Role,
    certificate_counts,
    employee_names,
    follow_up_talks_due,
    may_open,
    reminders_open,
    table,
)

# A page of the story; more is a step away. And the ways to reach somebody that the page tells about.
STORY_SIZE, PANEL_CHANNELS = 20, ("email", "phone", "post")
LATEST_ENTRIES = 5
MANY_CUSTOMERS, COUNTS_KEPT_SECONDS = 20_000, 60


def readiness() -> dict[str, bool]:
    """Whether database, tables and worker are there. Never raises: an absent database is an answer."""
    try:
        connection.ensure_connection()
        tables = not pending()
        return {"database": True, "tables": tables, "worker": tables and is_alive()}
    except DatabaseError:
        connection.close()
        return {"database": False, "tables": False, "worker": False}


@dataclass(frozen=True)
class MayWe:
    """One of the gate's answers, with the words of the question."""

    words: str
    decision: Decision


@dataclass(frozen=True)
class CustomerScreen:
    """One customer's page."""

    customer: Customer
    customer_ids: tuple[int, ...]
    read: PersonRead
    particulars: Particulars
    totals: list[CustomerTotals]
    story: Story
    insight: CustomerFigures | None = None
    kinds: list[str] = field(default_factory=list)
    chosen: StoryFilter = field(default_factory=StoryFilter)
    terms: Terms | None = None
    staff: list[tuple[str, str]] = field(default_factory=list)
    follow_ups: list[FollowUp] = field(default_factory=list)
    cases: list[CaseLine] = field(default_factory=list)
    may_we: list[MayWe] = field(default_factory=list)
    loyalty: MemberShown = field(default_factory=lambda: MemberShown(programs=()))
    loyalty_entries: list[Entry] = field(default_factory=list)

    @property
    def natures(self) -> list[tuple[str, str]]:
        """The natures to filter by."""
        return [(one.code, one.label) for one in self.terms.known[TermKind.NATURE].values()] if self.terms else []

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        """The outcomes to filter by."""
        return [(one.code, one.label) for one in self.terms.known[TermKind.OUTCOME].values()] if self.terms else []

    @property
    def channels(self) -> list[tuple[str, str]]:
        """The channels to filter by."""
        return channel_words()

    @property
    def sources(self) -> list[tuple[str, str]]:
        """The kinds of lines to filter by."""
        return [("contacts", _("Contacts")), ("purchases", _("Purchases")), ("facts", _("Other events"))]


@dataclass(frozen=True)
class StoryAsked:
    """What part of the story somebody wants to see: sources by name, the contacts' attributes, the employee by public id."""

    cursor: str = ""
    kinds: Collection[str] = ()
    channel: str = ""
    nature: str = ""
    outcome: str = ""
    staff: str = ""


def customer_page(*, scope: Scope, actor: Actor, public_id: str, asked: StoryAsked, at: datetime) -> CustomerScreen:
    """Who they are, what they bought, how they are doing (for those who may see insight), a page of their story. Raises NotFound."""
    customer = customer_of(scope=scope, public_id=public_id)
    ids = cluster_of(scope=scope, customer_id=customer.pk)
    read = read_person(scope=scope, customer_ids=ids, channels=PANEL_CHANNELS)
    people = employee_names(scope=scope)
    staff_id = next((pk for pk, number, _name in people if number == asked.staff), None)
    chosen = StoryFilter(channel=asked.channel, nature=asked.nature, outcome=asked.outcome, staff_id=staff_id)
    terms = terms_of(scope=scope)
    story = story_of(
        scope=scope,
        customer=customer,
        customer_ids=ids,
        cursor=asked.cursor,
        kinds=asked.kinds,
        chosen=chosen,
        terms=terms,
        size=STORY_SIZE,
    )
    loyalty = member_shown(customer=customer, at=at)
    return CustomerScreen(
        customer=customer,
        customer_ids=ids,
        read=read,
        particulars=particulars_of(customer=customer, customer_ids=ids),
        totals=customer_totals(scope=scope, customer=customer, customer_ids=ids),
        story=story,
        insight=figures_of(scope=scope, customer=customer, customer_ids=ids) if may_open(actor, "desk:insight") else None,
        kinds=list(asked.kinds),
        chosen=chosen,
        terms=terms,
        staff=[(number, name) for _pk, number, name in people],
        follow_ups=follow_ups_of(scope=scope, customer=customer),
        cases=lines_of_customer(scope=scope, customer_ids=ids, size=4) if may_open(actor, "desk:case") else [],
        may_we=may_we(scope=scope, customer=customer, at=at, read=read),
        loyalty=loyalty,
        loyalty_entries=entries_of(customer=customer, size=LATEST_ENTRIES) if loyalty.joined else [],
    )


def may_we(*, scope: Scope, customer: Customer, at: datetime, read: PersonRead | None = None) -> list[MayWe]:
    """What staff look at first: an offer by e-mail, a call in service. `read`: what was read of this person already."""
    questions = [
        (_("An offer by e-mail"), Ask("email", "offers", "promotional")),
        (_("A service call"), Ask("phone", "service", "service")),
    ]
    decisions = ask_gate_about(scope=scope, customer_id=customer.pk, asks=[ask for _words, ask in questions], at=at, read=read)
    return [MayWe(words, decision) for (words, _ask), decision in zip(questions, decisions, strict=True)]


def lines_of_versions(*, scope: Scope, versions: list[Contact]) -> list[TimelineLine]:
    """A contact and its corrections as timeline lines."""
    return contact_lines_of(scope=scope, contacts=[one for one in versions if not one.void])


@dataclass(frozen=True)
class Step:
    """One line of the first-run checklist."""

    name: str
    route: str
    done: bool


@dataclass(frozen=True)
class Takings:
    """Yesterday and the same weekday a week before, in the business's currency."""

    sales: int
    customers: int
    net_minor: int
    before_minor: int


@dataclass(frozen=True)
class Leaving:
    """Somebody who is slipping away, and why we think so."""

    name: str
    public_id: str
    reason: str


@dataclass(frozen=True)
class TodayScreen:
    """The home page."""

    business: Business
    customers: int
    prospects: int
    any_purchase: bool
    steps: list[Step]
    takings: Takings | None
    leaving: list[Leaving] | None = None
    follow_ups: list[FollowUp] = field(default_factory=list)
    policy: Version | None = None
    policy_due_at: datetime | None = None
    unconfirmed: list[Reminder] = field(default_factory=list)
    running_out: list[CertificateShown] = field(default_factory=list)
    certificates: CertificateCounts | None = None
    talks: list[CoachingNote] = field(default_factory=list)
    my_cases: list[CaseLine] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    warnings: int = 0
    proposals: list[Proposal] = field(default_factory=list)


def today_page(*, scope: Scope, actor: Actor, employee: Employee, at: datetime) -> TodayScreen:
    """What the home shows; the checklist only to those who can tick it off."""
    business = business_of(scope=scope)
    counts = _counts(scope)
    any_purchase = purchases_exist(scope=scope)
    policy = policy_to_confirm(scope=scope, employee_id=actor.id, role=actor.role, at=at)
    return TodayScreen(
        business=business,
        customers=counts.all,
        prospects=counts.prospects,
        any_purchase=any_purchase,
        steps=_first_steps(scope, business, any_purchase) if actor.role in (Role.EXECUTIVE, Role.MANAGER) else [],
        takings=_takings(scope, business, at) if any_purchase else None,
        leaving=_leaving(scope) if may_open(actor, "desk:insight_leaving") else None,
        follow_ups=follow_ups_due(scope=scope, staff_id=actor.id, size=8),
        policy=policy,
        policy_due_at=due_to_confirm_of(scope=scope, version=policy, employee=employee) if policy else None,
        unconfirmed=overdue_confirmations(scope=scope, at=at) if may_open(actor, "desk:certificates") else [],
        talks=follow_up_talks_due(scope=scope, employee_id=actor.id, day=at.astimezone(zone_of(business=business)).date())
        if may_open(actor, "desk:write_coaching")
        else [],
        my_cases=lines_in(scope=scope, view="mine", employee_id=actor.id, at=at, size=6).rows if may_open(actor, "desk:cases") else [],
        notices=notices_of(scope=scope, employee_id=actor.id) if may_open(actor, "desk:cases") else [],
        warnings=warning_count(scope=scope) if may_open(actor, "desk:warnings") else 0,
        proposals=news_of_proposals(scope=scope, employee_id=actor.id),
        running_out=reminders_open(scope=scope, employee_id=actor.id, at=at),
        certificates=certificate_counts(scope=scope, at=at, zone=zone_of(business=business))
        if may_open(actor, "desk:record_certificate")
        else None,
    )


def _counts(scope: Scope) -> CustomerCounts:
    """How many customers; where counting takes long, the count may be a minute old."""
    key = f"desk.counts:{scope.business_id}:{sorted(scope.branch_ids) if scope.branch_ids is not None else 'all'}".replace(" ", "")
    kept: CustomerCounts | None = cache.get(key)
    if kept is not None:
        return kept
    counts = counts_of(scope=scope)
    if counts.all >= MANY_CUSTOMERS:
        cache.set(key, counts, COUNTS_KEPT_SECONDS)
    return counts


def _leaving(scope: Scope) -> list[Leaving] | None:
    """The few people with the most at stake; None before the first refresh."""
    refresh = current_refresh(scope=scope)
    if refresh is None:
        return None
    rows = most_at_stake(scope=scope, refresh=refresh, size=5)
    return [Leaving(row.customer.display_name, str(row.customer.public_id), row.reason) for row in rows]


def _first_steps(scope: Scope, business: Business, any_purchase: bool) -> list[Step]:
    known = branches(scope=scope)
    steps = [
        Step("business", "desk:settings_business", bool(business.currency)),
        Step("branch", "desk:settings", bool(known)),
        Step("purchases", "desk:imports", any_purchase),
        Step("staff", "desk:staff", len(employee_names(scope=scope)) > 1),
    ]
    if all(step.done for step in steps):
        return []
    # A program is for those who want one: without it the list is done all the same.
    return [*steps, Step("loyalty", "desk:loyalty", bool(programs_of(scope=scope)))]


def _takings(scope: Scope, business: Business, at: datetime) -> Takings | None:
    if not business.currency:
        return None
    zone = zone_of(business=business)
    days = [_day_bounds(at, zone, back) for back in (1, 8)]
    sums = [sums_of(scope=scope, since=since, until=until).get(business.currency, (0, 0, 0)) for since, until in days]
    return Takings(sales=sums[0][0], customers=sums[0][1], net_minor=sums[0][2], before_minor=sums[1][2])


def _day_bounds(at: datetime, zone: ZoneInfo, back: int) -> tuple[datetime, datetime]:
    day = at.astimezone(zone).date() - timedelta(days=back)
    return instant_of(datetime.combine(day, time()), zone), instant_of(datetime.combine(day + timedelta(days=1), time()), zone)


@dataclass(frozen=True)
class Right:
    """One row of the authorisation table as the settings show it."""

    route: str
    methods: str
    public: bool
    scope: str
    by_role: list[bool]


def rights_by_route() -> list[Right]:
    """The whole table, one line for each route and set of methods."""
    lines: dict[tuple[str, bool, str, frozenset[Role]], list[str]] = {}
    for (route, method), row in table().rows.items():
        lines.setdefault((route, row.public, row.scope, row.roles), []).append(method)
    return [
        Right(route, ", ".join(methods), public, scope, [role in roles for role in Role])
        for (route, public, scope, roles), methods in sorted(lines.items(), key=lambda pair: (pair[0][0], pair[1]))
    ]


__all__ = [
    "CustomerScreen",
    "Right",
    "Step",
    "StoryAsked",
    "Takings",
    "TodayScreen",
    "customer_page",
    "lines_of_versions",
    "may_open",
    "readiness",
    "rights_by_route",
    "today_page",
]
