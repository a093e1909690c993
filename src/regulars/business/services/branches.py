"""Branches, their hours and holidays."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from regulars.business.events import BranchDescribed, BranchOpened, HolidayRemoved, HolidaySet, OpeningHoursSet
from regulars.business.models import Branch, Holiday, OpeningHours
from regulars.business.rules.opening import Interval, overlapping
from regulars.business.services.firm import UnknownZone
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import NotFound, Refusal


class BranchCodeTaken(Refusal):
    code = "branch_code_taken"
    status = 409

    def __init__(self, code: str) -> None:
        sentence = _("Another branch has the code “%(code)s” already.") % {"code": code}
        super().__init__(sentence, fields={"code": sentence})


class HoursOverlap(Refusal):
    code = "hours_overlap"

    def __init__(self, weekdays: list[int]) -> None:
        super().__init__(_("Two intervals of one day overlap, or one has no length. Check the marked days."), weekdays=weekdays)


class HolidayTaken(Refusal):
    code = "holiday_taken"
    status = 409

    def __init__(self, on: date) -> None:
        sentence = _("%(date)s is a special day already.") % {"date": on.isoformat()}
        super().__init__(sentence, fields={"on": sentence})


def open_branch(*, business_id: int, code: str, name: str, at: datetime, actor: str, zone: str = "", address: str = "") -> Branch:
    """Add a branch. Refuses a code that is taken and an unknown zone."""
    _check_zone(zone)
    try:
        with transaction.atomic():
            branch = Branch.objects.create(business_id=business_id, code=code.strip(), name=name.strip(), zone=zone, address=address)
            announce(BranchOpened(tenant_id=business_id, at=at, actor=actor, branch_id=branch.pk), after=_shown(branch))
    except IntegrityError:
        raise BranchCodeTaken(code) from None
    return branch


def describe_branch(
    *, branch: Branch, code: str, name: str, zone: str, address: str, closed_on: date | None, at: datetime, actor: str
) -> Branch:
    """Set a branch's code, name, zone, address and, when it was given up, its last day."""
    _check_zone(zone)
    try:
        with transaction.atomic():
            branch = Branch.objects.select_for_update().get(pk=branch.pk)
            before = _shown(branch)
            branch.code, branch.name, branch.zone = code.strip(), name.strip(), zone
            branch.address, branch.closed_on = address, closed_on
            branch.save()
            announce(
                BranchDescribed(tenant_id=branch.business_id, at=at, actor=actor, branch_id=branch.pk), before=before, after=_shown(branch)
            )
    except IntegrityError:
        raise BranchCodeTaken(code) from None
    return branch


def set_opening_hours(*, branch: Branch, week: dict[int, list[Interval]], at: datetime, actor: str) -> None:
    """Replace a branch's week. Intervals of one day must not overlap nor be empty."""
    faulty = sorted({*overlapping(week), *(day for day, spans in week.items() if any(o == c for o, c in spans))})
    if faulty:
        raise HoursOverlap(faulty)
    with transaction.atomic():
        Branch.objects.select_for_update().get(pk=branch.pk)
        OpeningHours.objects.filter(branch=branch).delete()
        OpeningHours.objects.bulk_create(
            OpeningHours(branch=branch, weekday=day, opens=opens, closes=closes) for day, spans in week.items() for opens, closes in spans
        )
        shown = {str(day): [f"{o:%H:%M}-{c:%H:%M}" for o, c in spans] for day, spans in week.items()}
        announce(OpeningHoursSet(tenant_id=branch.business_id, at=at, actor=actor, branch_id=branch.pk), after=shown)


def add_holiday(
    *,
    business_id: int,
    on: date,
    name: str,
    branch: Branch | None,
    at: datetime,
    actor: str,
    opens: time | None = None,
    closes: time | None = None,
) -> Holiday:
    """Mark a special day: closed, or open from `opens` to `closes`. One branch's day goes before the day of all."""
    if (opens is None) != (closes is None) or (opens is not None and opens == closes):
        raise HoursOverlap([on.weekday()])
    try:
        with transaction.atomic():
            holiday = Holiday.objects.create(business_id=business_id, branch=branch, on=on, name=name.strip(), opens=opens, closes=closes)
            announce(HolidaySet(tenant_id=business_id, at=at, actor=actor, holiday_id=holiday.pk), after={"on": on.isoformat()})
    except IntegrityError:
        raise HolidayTaken(on) from None
    return holiday


def remove_holiday(*, business_id: int, holiday_id: int, at: datetime, actor: str) -> None:
    """Make a special day an ordinary one again. Raises NotFound."""
    with transaction.atomic():
        removed, _rows = Holiday.objects.filter(business_id=business_id, pk=holiday_id).delete()
        if not removed:
            raise NotFound(_("There is no such special day."))
        announce(HolidayRemoved(tenant_id=business_id, at=at, actor=actor, holiday_id=holiday_id))


def _check_zone(zone: str) -> None:
    if zone and zone not in available_timezones():
        raise UnknownZone(zone)


def _shown(branch: Branch) -> dict[str, object]:
    return {"code": branch.code, "name": branch.name, "zone": branch.zone, "address": branch.address, "closed_on": branch.closed_on}
