"""The demo business: loading it into an empty installation, and taking exactly it away again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.business.queries import Business, Scope, all_businesses, branches
from regulars.business.services import add_holiday, dissolve_business, found_business, open_branch, set_opening_hours
from regulars.contacts.services import withdraw_contacts
from regulars.customers.queries import CustomerKind, counts_of
from regulars.customers.services import NewCustomer, Registration, register_customers, remove_customers
from regulars.desk.events import DemoLoaded, DemoRemoved
from regulars.desk.rules import demo
from regulars.desk.rules.demo.mail import MAILBOX
from regulars.desk.services.demo_cases import load_demo_cases, load_demo_queues
from regulars.desk.services.demo_contacts import load_contacts
from regulars.desk.services.demo_loyalty import load_demo_loyalty
from regulars.desk.services.demo_mail import load_demo_mail
from regulars.desk.services.demo_people import tell_demo_permissions
from regulars.desk.services.demo_policy import ACTOR as DEMO
from regulars.desk.services.demo_policy import load_demo_policy
from regulars.desk.services.demo_training import load_demo_training
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import Refusal
from regulars.insight.services import forget_refreshes, refresh_insight
from regulars.loyalty.services import withdraw_programs
from regulars.messaging.queries import mail_exists
from regulars.messaging.services import withdraw_mail
from regulars.policy.queries import open_draft, policy_versions
from regulars.policy.services import withdraw_policy
from regulars.purchases.queries import Kind, Sale, SaleLine, purchases_exist
from regulars.purchases.services import ManySale, record_purchases, remove_purchases
from regulars.service.queries import cases_exist
from regulars.service.services import withdraw_cases
from regulars.staff.queries import Role, api_keys, certificate_kinds, employee_by_email, employees
from regulars.staff.services import hire_employee, remove_accounts, withdraw_certificates

HIRED_BEFORE = timedelta(days=700)


class NotEmpty(Refusal):
    code = "not_empty"
    status = 409

    def __init__(self, name: str) -> None:
        sentence = _("The demo business needs an empty database; this one holds “%(name)s” already.")
        super().__init__(sentence % {"name": name})


class NoDemo(Refusal):
    code = "no_demo"
    status = 404

    def __init__(self) -> None:
        super().__init__(_("The demo business is not loaded, so there is nothing to take away."))


@dataclass(frozen=True)
class Loaded:
    business_id: int
    customers: int
    purchases: int
    mails: int


@dataclass(frozen=True)
class Removed:
    """What went. `everything` is false when other things belong to the business: it stays with them.

    `staying`: so many of the demo's customers stay, because somebody has worked with them.
    """

    customers: int
    purchases: int
    everything: bool
    staying: int


def is_loaded() -> bool:
    """Whether the demo's owner can sign in: the mark of a loaded demo."""
    return any(employee_by_email(email=one.email) for one in demo.STAFF if one.role == Role.EXECUTIVE)


def sign_ins() -> list[str]:
    """Return what the console tells: who may sign in, as what, with which word. Nothing without the demo's owner."""
    if not is_loaded():
        return []
    first = _("Demo business “%(name)s”. Sign in with the password %(password)s as:")
    known = [one for one in demo.STAFF if employee_by_email(email=one.email)]
    lines = [f"  {one.email:<28} {one.role:<12} {one.name}" for one in known]
    return [first % {"name": demo.NAME, "password": demo.PASSWORD}, *lines, ""]


def load_demo(*, at: datetime, actor: str) -> Loaded:
    """Load the demo business, its story ending at `at`, and compute insight once. Refuses when any business stands there."""
    known = all_businesses()
    if known:
        raise NotEmpty(known[0].name)
    with transaction.atomic():
        business = _found(at, actor)
        branch_ids = _open_branches(business, at, actor)
        _hire(business, branch_ids, at, actor)
        story = demo.demo_story(at)
        numbers = register_customers(
            business_id=business.pk, source=demo.SOURCE, registrations=[_registration(one, branch_ids) for one in story]
        )
        count = record_purchases(business_id=business.pk, receipts=_receipts(story, numbers, branch_ids), at=at)
        load_demo_loyalty(business_id=business.pk, story=story, numbers=numbers, at=at)
        load_contacts(business_id=business.pk, story=story, numbers=numbers, at=at, actor=actor)
        tell_demo_permissions(business_id=business.pk, story=story, numbers=numbers, at=at)
        load_demo_training(business_id=business.pk, at=at)
        load_demo_policy(business_id=business.pk, at=at)
        load_demo_queues(business_id=business.pk, at=at)
        mails = load_demo_mail(business_id=business.pk, story=story, numbers=numbers, at=at, actor=actor)
        load_demo_cases(business_id=business.pk, story=story, numbers=numbers, at=at)
        announce(DemoLoaded(tenant_id=business.pk, at=at, actor=actor, customers=len(story), purchases=count))
    refresh_insight(business_id=business.pk, at=at, actor=actor)
    return Loaded(business.pk, len(story), count, mails)


def remove_demo(*, at: datetime, actor: str) -> Removed:
    """Take the demo's rows away, and the business with them if nothing else belongs to it.

    What somebody brought, wrote, received or entered themselves stays, with the customers it belongs to, the branches, and one way in:
    the demo's owner keeps her account when nobody else could sign in as executive. From a customer who stays, the demo's own purchases,
    contacts, mail, permissions and wishes go. Refuses when no demo is loaded.
    """
    business = _demo_business()
    scope = Scope(business_id=business.pk, branch_ids=None)
    with transaction.atomic():
        withdraw_programs(business_id=business.pk, origin=demo.SOURCE)
        purchases = remove_purchases(business_id=business.pk, source=demo.SOURCE)
        withdraw_cases(business_id=business.pk, source=demo.SOURCE, actor=DEMO)
        withdraw_mail(business_id=business.pk, origin=demo.SOURCE, mailbox=MAILBOX)
        withdraw_contacts(business_id=business.pk, source=demo.SOURCE, reason="demo removed", at=at, actor=actor)
        gone = remove_customers(business_id=business.pk, source=demo.SOURCE)
        everything = not (_made_by_others(scope) or counts_of(scope=scope).all or purchases_exist(scope=scope))
        announce(DemoRemoved(tenant_id=business.pk, at=at, actor=actor, customers=gone.removed, purchases=purchases, everything=everything))
        if not cases_exist(scope=scope):  # the promises of what stays come from it
            withdraw_policy(business_id=business.pk, actor=DEMO)
        remove_accounts(business_id=business.pk, emails=_leaving(scope, everything=everything))
        withdraw_certificates(business_id=business.pk, actor=DEMO)
        if everything:
            dissolve_business(business_id=business.pk)
        else:
            forget_refreshes(business_id=business.pk)
    return Removed(gone.removed, purchases, everything, gone.staying)


def _demo_business() -> Business:
    for one in demo.STAFF:
        found = employee_by_email(email=one.email)
        if found is not None:
            return found.business
    raise NoDemo


def _made_by_others(scope: Scope) -> bool:
    """Whether somebody hired, opened, connected, wrote or received something of their own. What the demo brought has gone by then."""
    people = {one.email for one in employees(scope=scope)} - {one.email for one in demo.STAFF}
    places = {one.code for one in branches(scope=scope)} - {one.code for one in demo.BRANCHES}
    own_policy = any(one.actor != DEMO for one in policy_versions(scope=scope)) or open_draft(scope=scope) is not None
    own_kinds = any(one.actor != DEMO for one in certificate_kinds(scope=scope))
    return bool(
        people or places or own_policy or own_kinds or api_keys(scope=scope) or mail_exists(scope=scope) or cases_exist(scope=scope)
    )


def _leaving(scope: Scope, *, everything: bool) -> list[str]:
    ours = {one.email for one in demo.STAFF}
    heads = [one for one in employees(scope=scope) if one.role == Role.EXECUTIVE and one.is_active and one.email not in ours]
    staying = set() if everything or heads else {one.email for one in demo.STAFF if one.role == Role.EXECUTIVE}
    return sorted(ours - staying)


def _found(at: datetime, actor: str) -> Business:
    return found_business(
        name=demo.NAME,
        zone=demo.ZONE,
        currency=demo.CURRENCY,
        languages=demo.LANGUAGES,
        accent=demo.ACCENT,
        at=at,
        actor=actor,
    )


def _open_branches(business: Business, at: datetime, actor: str) -> dict[str, int]:
    found = {}
    for one in demo.BRANCHES:
        branch = open_branch(business_id=business.pk, code=one.code, name=one.name, address=one.address, at=at, actor=actor)
        set_opening_hours(branch=branch, week={day: [span] for day, span in one.hours.items()}, at=at, actor=actor)
        found[one.code] = branch.pk
    for on, name in demo.holidays_between(at.date(), (at + timedelta(days=400)).date()).items():
        add_holiday(business_id=business.pk, on=on, name=name, branch=None, at=at, actor=actor)
    return found


def _hire(business: Business, branch_ids: dict[str, int], at: datetime, actor: str) -> None:
    for one in demo.STAFF:
        hire_employee(
            business_id=business.pk,
            email=one.email,
            name=one.name,
            role=Role(one.role),
            password=demo.PASSWORD,
            branch_ids=[branch_ids[one.branch]] if one.branch else None,
            at=at - HIRED_BEFORE,
            actor=actor,
        )


def _registration(one: demo.DemoCustomer, branch_ids: dict[str, int]) -> Registration:
    who = NewCustomer(
        kind=CustomerKind.ORGANISATION if one.organisation else CustomerKind.PERSON,
        given_name=one.name.given,
        family_name=one.name.family,
        organisation_name=one.organisation,
        language=one.name.language,
        contact_points=[*(("email", mail) for mail in one.emails), *(("phone", phone) for phone in one.phones)],
        region="GB",
    )
    return Registration(number=one.number, who=who, branch_id=branch_ids[one.branch], at=one.joined_at, prospect=not one.visits)


def _receipts(story: list[demo.DemoCustomer], numbers: dict[str, int], branch_ids: dict[str, int]) -> list[ManySale]:
    receipts = [
        ManySale(numbers[customer.number], branch_ids[visit.branch], visit.branch, _sale(visit))
        for customer in story
        for visit in customer.visits
    ]
    return sorted(receipts, key=lambda one: one.sale.at)


def _sale(visit: demo.DemoVisit) -> Sale:
    return Sale(
        at=visit.at,
        currency=demo.CURRENCY,
        amount_minor=visit.amount_minor,
        kind=Kind.REFUND if visit.original else Kind.SALE,
        source=demo.SOURCE,
        receipt=visit.receipt,
        original_receipt=visit.original,
        lines=[
            SaleLine(
                amount_minor=line.amount_minor,
                product=line.product,
                category=line.category,
                quantity_milli=abs(line.quantity) * 1000,
            )
            for line in visit.lines
        ],
    )
