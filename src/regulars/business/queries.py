"""Questions about the firm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from regulars.business.models import Branch, Business, Holiday, OpeningHours
from regulars.business.rules.opening import Interval, SpecialDay, intervals_on, is_open
from regulars.business.rules.scope import Scope
from regulars.groundwork.kernel.bulk.instances import objects
from regulars.groundwork.kernel.refusals import NotFound, Refusal

__all__ = [
    "Branch",
    "BranchHours",
    "Business",
    "Holiday",
    "Scope",
    "WhichBusiness",
    "all_businesses",
    "branch_by_code",
    "branch_of",
    "branches",
    "business_of",
    "holidays",
    "hours_of",
    "scope_named",
    "zone_of",
]


class WhichBusiness(Refusal):
    code = "which_business"

    def __init__(self, names: list[str]) -> None:
        super().__init__(_("There is more than one business; name one with --business: %(names)s.") % {"names": ", ".join(names)})


@dataclass(frozen=True)
class BranchHours:
    """A branch's week, its coming special days, and whether it is open at the instant asked about."""

    week: dict[int, list[Interval]]
    special: list[SpecialDay]
    today: list[Interval]
    open_now: bool


def business_of(*, scope: Scope) -> Business:
    """The business of a scope."""
    found = objects(Business, "FROM business_business t WHERE t.id = %s", scope.business_id)
    if not found:
        raise Business.DoesNotExist
    return found[0]


def all_businesses() -> list[Business]:
    """Every business of this installation, oldest first (schedules, command line)."""
    return list(Business.objects.order_by("pk"))


def scope_named(*, business: str = "") -> Scope:
    """All branches of the business of this name or number; of the only one when none is named. Raises NotFound, WhichBusiness."""
    known = all_businesses()
    chosen = [one for one in known if business in ("", one.name, str(one.pk))]
    if not known:
        raise NotFound(_("There is no such business yet."))
    if not chosen:
        raise NotFound(_("There is no such business."))
    if len(chosen) > 1:
        raise WhichBusiness([one.name for one in known])
    return Scope(chosen[0].pk)


def branches(*, scope: Scope) -> list[Branch]:
    """The visible branches by name."""
    rows = objects(Branch, "FROM business_branch t WHERE t.business_id = %s ORDER BY t.name", scope.business_id)
    return [row for row in rows if scope.branch_ids is None or row.pk in scope.branch_ids]


def branch_of(*, scope: Scope, public_id: str) -> Branch:
    """One visible branch. Raises NotFound."""
    for branch in branches(scope=scope):
        if str(branch.public_id) == public_id:
            return branch
    raise NotFound("There is no such branch.")


def branch_by_code(*, scope: Scope, code: str) -> Branch | None:
    """The visible branch with this code, if any."""
    return next((branch for branch in branches(scope=scope) if branch.code == code), None)


def zone_of(*, business: Business, branch: Branch | None = None) -> ZoneInfo:
    """The zone that a branch's clock shows; without a branch the business's."""
    return ZoneInfo((branch.zone if branch else "") or business.zone)


def hours_of(*, scope: Scope, branch: Branch, at: datetime) -> BranchHours:
    """Week, special days from the local today on, and whether the branch is open at `at`."""
    wall = at.astimezone(zone_of(business=business_of(scope=scope), branch=branch))
    week: dict[int, list[Interval]] = {day: [] for day in range(7)}
    for row in OpeningHours.objects.filter(branch=branch).order_by("weekday", "opens"):
        week[row.weekday].append((row.opens, row.closes))
    special = [
        SpecialDay(one.on, (one.opens, one.closes) if one.opens and one.closes else None)
        for one in holidays(scope=scope, since=date.fromordinal(wall.date().toordinal() - 1))
        if one.branch_id in (None, branch.pk)
    ]
    return BranchHours(
        week, special, intervals_on(wall.date(), week, special), is_open(wall.date(), wall.time().replace(tzinfo=None), week, special)
    )


def holidays(*, scope: Scope, since: date) -> list[Holiday]:
    """Special days from a date on, those of single branches before those of all."""
    rows = Holiday.objects.filter(business_id=scope.business_id, on__gte=since).select_related("branch")
    return sorted((row for row in rows if scope.sees_branch(row.branch_id)), key=lambda row: (row.on, row.branch_id is None))
