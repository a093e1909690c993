"""The standing cast: always the same bakery chain, and Mallory of another business, who must see nothing of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from regulars.business.models import Branch, Business
from regulars.business.queries import Scope
from regulars.business.services import found_business, open_branch
from regulars.customers.models import Customer
from regulars.customers.services import NewCustomer, register_customer
from regulars.groundwork.kernel.clock import now
from regulars.staff.models import Employee
from regulars.staff.queries import Role
from regulars.staff.services import hire_employee

NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
PASSWORD = "brioche-and-rye-42"
ACTOR = "system:test"


@dataclass
class Cast:
    """Everybody, with the business they belong to."""

    business: Business
    market: Branch
    station: Branch
    ines: Employee
    tom: Employee
    ada: Customer
    bo: Customer
    cleo: Customer
    other: Business
    mallory: Employee

    @property
    def scope(self) -> Scope:
        return Scope(business_id=self.business.pk)


def local_day() -> date:
    """The bakery's own date: in the evening of UTC it is tomorrow there."""
    return now().astimezone(ZoneInfo("Europe/Berlin")).date()


def call_the_cast() -> Cast:
    """Found both businesses with their people."""
    business = found_business(name="Fennel & Rye", zone="Europe/Berlin", currency="EUR", at=NOON - timedelta(days=900), actor=ACTOR)
    market = open_branch(business_id=business.pk, code="market", name="Market Square", at=NOON, actor=ACTOR)
    station = open_branch(business_id=business.pk, code="station", name="Station", at=NOON, actor=ACTOR)
    other = found_business(name="Mallory's Muffins", zone="America/New_York", currency="USD", at=NOON, actor=ACTOR)
    return Cast(
        business=business,
        market=market,
        station=station,
        ines=employ(business, "Ines Moreau", Role.EXECUTIVE),
        tom=employ(business, "Tom Baker", Role.CASHIER, branches=[market]),
        ada=enrol(business, "Ada", "Lindqvist", "A-1001", market),
        bo=enrol(business, "Bo", "Jensen", "B-1002", None),
        cleo=enrol(business, "Cleo", "Marsh", "C-1003", station),
        other=other,
        mallory=employ(other, "Mallory Quinn", Role.EXECUTIVE),
    )


def employ(business: Business, name: str, role: Role, branches: list[Branch] | None = None) -> Employee:
    """Hire somebody; the address is made from the first name, the role and the business."""
    email = f"{name.split()[0].lower()}.{role.value}@{business.pk}.example"
    return hire_employee(
        business_id=business.pk,
        email=email,
        name=name,
        role=role,
        password=PASSWORD,
        branch_ids=None if branches is None else {one.pk for one in branches},
        at=NOON,
        actor=ACTOR,
    )


def enrol(business: Business, given: str, family: str, number: str, branch: Branch | None) -> Customer:
    """Register a customer with a card number and an address."""
    return register_customer(
        business_id=business.pk,
        who=NewCustomer(
            given_name=given,
            family_name=family,
            external_ids={"card": number},
            contact_points=[("email", f"{given.lower()}@mail.example")],
        ),
        branch_id=branch.pk if branch else None,
        at=NOON,
        actor=ACTOR,
    )
