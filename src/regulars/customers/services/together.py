"""Households, organisations and their people; pairs that only look alike."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.customers.events import JoinedHousehold, JoinedOrganisation, LeftHousehold, LeftOrganisation
from regulars.customers.models import Customer, Distinction, Household, HouseholdMember, Membership
from regulars.customers.queries.finding import visible
from regulars.customers.queries.together import survivor_of
from regulars.customers.rules.names import CustomerKind
from regulars.customers.services.present import not_forgotten
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import NotFound, Refusal


class InAHousehold(Refusal):
    code = "in_a_household"
    status = 409

    def __init__(self, name: str) -> None:
        super().__init__(_("“%(name)s” lives in a household already. Take them out of it first.") % {"name": name})


class NotTogether(Refusal):
    code = "not_together"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("They don't belong together (any more)."))


class NoOrganisation(Refusal):
    code = "no_organisation"

    def __init__(self) -> None:
        super().__init__(_("An organisation has people, and people belong to organisations; not the other way round."))


class MemberAlready(Refusal):
    code = "member_already"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("This person belongs to the organisation already."))


def live_together(*, scope: Scope, customer_id: int, other_id: int, at: datetime, actor: str) -> Household:
    """Note that two customers share a household: that of either of them, or a new one. Raises NotFound, InAHousehold (both have one)."""
    with transaction.atomic():
        one, other = (_person(scope, pk) for pk in (customer_id, other_id))
        if one.pk == other.pk:
            raise NotTogether
        homes = {row.customer_id: row.household for row in _living((one, other))}
        if len(homes) == 2:
            raise InAHousehold(other.display_name)
        household = next(iter(homes.values()), None)
        if household is None:
            name = one.family_name or one.display_name
            household = Household.objects.create(business_id=scope.business_id, name=name[:120], founded_at=at)
        for row in (one, other):
            if row.pk not in homes:
                _move_in(scope, household, row, at, actor)
    return household


def leave_household(*, scope: Scope, customer_id: int, at: datetime, actor: str) -> None:
    """A customer lives there no more; who is left alone has no household any more. Raises NotFound, NotTogether."""
    with transaction.atomic():
        row = _person(scope, customer_id)
        living = next(iter(_living((row,))), None)
        if living is None:
            raise NotTogether
        _move_out(scope, living, at, actor)
        rest = list(HouseholdMember.objects.select_for_update().filter(household=living.household, until__isnull=True))
        if len(rest) == 1:
            _move_out(scope, rest[0], at, actor)


def add_person(*, scope: Scope, organisation_id: int, person_id: int, role: str = "", at: datetime, actor: str) -> Membership:
    """Note that a person works or speaks for an organisation. Raises NotFound, NoOrganisation, MemberAlready."""
    with transaction.atomic():
        organisation, person = (_person(scope, pk) for pk in (organisation_id, person_id))
        if organisation.kind != CustomerKind.ORGANISATION or person.kind == CustomerKind.ORGANISATION:
            raise NoOrganisation
        try:
            with transaction.atomic():
                row = Membership.objects.create(organisation=organisation, person=person, role=role.strip()[:80], since=at)
        except IntegrityError:
            raise MemberAlready from None
        announce(
            JoinedOrganisation(
                tenant_id=scope.business_id,
                at=at,
                actor=actor,
                customer_id=person.pk,
                organisation_id=organisation.pk,
                headline="Belongs to an organisation now",
            ),
            after={"organisation": organisation.pk, "role": row.role},
        )
    return row


def end_membership(*, scope: Scope, membership_id: int, at: datetime, actor: str) -> None:
    """A person belongs to an organisation no more. Raises NotFound, NotTogether."""
    with transaction.atomic():
        row = Membership.objects.filter(pk=membership_id, organisation__in=visible(scope), person__in=visible(scope)).first()
        if row is None:
            raise NotFound(_("There is no such membership."))
        if not Membership.objects.filter(pk=row.pk, until__isnull=True).update(until=at):
            raise NotTogether
        announce(
            LeftOrganisation(
                tenant_id=scope.business_id,
                at=at,
                actor=actor,
                customer_id=row.person_id,
                organisation_id=row.organisation_id,
                headline="Belongs to an organisation no more",
            )
        )


def keep_apart(*, scope: Scope, one_id: int, other_id: int, at: datetime, actor: str) -> None:
    """Say that two records that look alike are two people: they are suggested no more. Raises NotFound, NotTogether (one and the same)."""
    low, high = sorted((one_id, other_id))
    if low == high:
        raise NotTogether
    if visible(scope).filter(pk__in=(low, high)).count() != 2:
        raise NotFound(_("There is no such customer."))
    Distinction.objects.get_or_create(low_id=low, high_id=high, defaults={"actor": actor, "at": at})


def _person(scope: Scope, customer_id: int) -> Customer:
    """The record of this person, held; what is noted goes to the one that survived."""
    pk = survivor_of(scope=scope, customer_id=customer_id)
    row = visible(scope).select_for_update(no_key=True, of=("self",)).filter(pk=pk).first()
    if row is None:
        raise NotFound(_("There is no such customer."))
    not_forgotten(row.pk)
    return row


def _living(rows: tuple[Customer, ...]) -> list[HouseholdMember]:
    return list(HouseholdMember.objects.select_related("household").filter(customer__in=rows, until__isnull=True))


def _move_in(scope: Scope, household: Household, row: Customer, at: datetime, actor: str) -> None:
    try:
        with transaction.atomic():
            HouseholdMember.objects.create(household=household, customer=row, since=at)
    except IntegrityError:
        raise InAHousehold(row.display_name) from None
    announce(
        JoinedHousehold(
            tenant_id=scope.business_id, at=at, actor=actor, customer_id=row.pk, household_id=household.pk, headline="Joined a household"
        )
    )


def _move_out(scope: Scope, living: HouseholdMember, at: datetime, actor: str) -> None:
    living.until = at
    living.save(update_fields=["until"])
    announce(
        LeftHousehold(
            tenant_id=scope.business_id,
            at=at,
            actor=actor,
            customer_id=living.customer_id,
            household_id=living.household_id,
            headline="Left the household",
        )
    )
