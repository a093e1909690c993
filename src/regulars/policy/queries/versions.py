"""The versions of the policy, the one in force at an instant, and who has confirmed it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db.models import Exists, OuterRef, Q

from regulars.business.queries import Scope, business_of, zone_of
from regulars.groundwork.kernel.bulk.dialect import instant_value
from regulars.groundwork.kernel.bulk.instances import objects
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared
from regulars.groundwork.kernel.ids import parsed
from regulars.policy.models import Confirmation, Draft, Reminder, Translation, Version
from regulars.policy.rules.confirming import Absence, due_to_confirm, is_away
from regulars.policy.rules.document import Policy, policy_in
from regulars.staff.queries import Employee, leaves_of

IN_FORCE = """FROM policy_version t WHERE t.business_id = %s AND t.effective_at <= %s
ORDER BY t.effective_at DESC, t.major DESC, t.minor DESC LIMIT 1"""


@dataclass(frozen=True)
class PersonToConfirm:
    """One employee who has to confirm, by when, and when they did."""

    employee: Employee
    due_at: datetime
    confirmed_at: datetime | None

    def late(self, at: datetime) -> bool:
        """Whether it is due and not done."""
        return self.confirmed_at is None and at > self.due_at


@dataclass(frozen=True)
class ConfirmationRate:
    """How many of those who have to confirm a version had done so at an instant."""

    people: tuple[PersonToConfirm, ...]

    @property
    def confirmed(self) -> int:
        """How many did."""
        return sum(one.confirmed_at is not None for one in self.people)

    @property
    def asked(self) -> int:
        """Of how many."""
        return len(self.people)


def policy_versions(*, scope: Scope) -> list[Version]:
    """All versions, newest first."""
    return list(Version.objects.filter(business_id=scope.business_id).order_by("-major", "-minor"))


def version_at(*, scope: Scope, at: datetime) -> Version | None:
    """The version in force at an instant: the last that had begun."""
    return next(iter(objects(Version, IN_FORCE, scope.business_id, instant_value(at))), None)


def version_of(*, scope: Scope, public_id: str) -> Version | None:
    """One version of the business."""
    key = parsed(public_id)
    return Version.objects.filter(business_id=scope.business_id, public_id=key).first() if key else None


def version_numbered(*, version_id: int) -> Version:
    """A version by its number in the database, as cases and bookings keep it."""
    found = objects(Version, "FROM policy_version t WHERE t.id = %s", version_id)
    if not found:
        raise Version.DoesNotExist
    return found[0]


def open_draft(*, scope: Scope) -> Draft | None:
    """The draft that is being written, with what was said about it."""
    rows = Draft.objects.filter(business_id=scope.business_id, closed_at=None)
    return rows.prefetch_related("comments__employee", "votes__employee").first()


@lru_cache(maxsize=64)
def _parsed(fingerprint: str, text: str) -> Policy:
    return policy_in(text)


def policy_of_version(version: Version) -> Policy:
    """The version's document, read once a process."""
    return _parsed(version.fingerprint, version.text)


@dataclass(frozen=True)
class PolicyText:
    """A version in one language, with the fingerprint by which it is confirmed."""

    language: str
    text: str
    fingerprint: str

    @property
    def policy(self) -> Policy:
        """The document."""
        return _parsed(self.fingerprint, self.text)


def texts_of(*, version: Version) -> list[PolicyText]:
    """A version in every language that it was written in, the original first; one query."""
    rows: list[Version | Translation] = [version, *Translation.objects.filter(version=version).order_by("language")]
    return [PolicyText(one.language, one.text, one.fingerprint) for one in rows]


def text_in(texts: Sequence[PolicyText], language: str) -> PolicyText:
    """The text for a reader: in their language, else in their language of another place (pt-BR for pt), else the original."""
    exact = [one for one in texts if one.language.casefold() == language.casefold()]
    near = [one for one in texts if one.language.partition("-")[0].casefold() == language.partition("-")[0].casefold()]
    return (exact or near or list(texts))[0]


def confirmation_rate(*, scope: Scope, version: Version, at: datetime) -> ConfirmationRate:
    """Who has to confirm this version's major one and had done so at an instant; those count who worked here then and were not on leave.

    Due so many days after it was published, after somebody joined, or after they came back, whichever was last.
    """
    policy = policy_of_version(version)
    zone = zone_of(business=business_of(scope=scope))
    first = _first_of_major(scope, version)
    done = dict(
        Confirmation.objects.filter(business_id=scope.business_id, major=version.major, at__lte=at).values_list("employee_id", "at")
    )
    away: dict[int, list[Absence]] = {}
    for leave in leaves_of(scope=scope):
        away.setdefault(leave.employee_id, []).append((leave.from_on, leave.until_on))
    rows = Employee.objects.filter(business_id=scope.business_id, role__in=policy.confirmation.roles, joined_at__lte=at).order_by("name")
    people = []
    for one in rows:
        absences = away.get(one.pk, [])
        if (one.left_at is not None and one.left_at <= at) or (one.pk not in done and is_away(absences=absences, at=at, zone=zone)):
            continue
        due = due_to_confirm(
            published=max(first.published_at, first.effective_at),
            joined=one.joined_at,
            absences=absences,
            days=policy.confirmation.days,
            zone=zone,
        )
        people.append(PersonToConfirm(one, due, done.get(one.pk)))
    return ConfirmationRate(tuple(people))


def confirmed_by(*, scope: Scope, version: Version, employee_id: int) -> datetime | None:
    """When an employee confirmed this major version."""
    row = Confirmation.objects.filter(business_id=scope.business_id, major=version.major, employee_id=employee_id).first()
    return row.at if row else None


def due_to_confirm_of(*, scope: Scope, version: Version, employee: Employee) -> datetime:
    """By when an employee has to confirm a version's major one."""
    absences = [(leave.from_on, leave.until_on) for leave in leaves_of(scope=scope, employee_id=employee.pk)]
    first = _first_of_major(scope, version)
    return due_to_confirm(
        published=max(first.published_at, first.effective_at),
        joined=employee.joined_at,
        absences=absences,
        days=policy_of_version(version).confirmation.days,
        zone=zone_of(business=business_of(scope=scope)),
    )


def overdue_confirmations(*, scope: Scope, at: datetime) -> list[Reminder]:
    """Of whom those who supervise were told that they have not confirmed, and still have not; within the caller's branches."""
    if not fetch_prepared("SELECT 1 FROM policy_reminder t WHERE t.business_id = %s AND t.escalated LIMIT 1", scope.business_id):
        return []  # almost always, and Today asks
    done = Confirmation.objects.filter(business_id=OuterRef("business_id"), major=OuterRef("major"), employee_id=OuterRef("employee_id"))
    later = Version.objects.filter(business_id=OuterRef("business_id"), major__gt=OuterRef("major"), effective_at__lte=at)
    rows = Reminder.objects.filter(~Exists(done), ~Exists(later), business_id=scope.business_id, escalated=True, employee__left_at=None)
    if scope.branch_ids is not None:
        rows = rows.filter(Q(employee__every_branch=True) | Q(employee__branches__in=scope.branch_ids)).distinct()
    return list(rows.select_related("employee", "version").order_by("employee__name"))


def policy_to_confirm(*, scope: Scope, employee_id: int, role: str | None, at: datetime) -> Version | None:
    """The version in force when this person is asked to confirm it and has not."""
    version = version_at(scope=scope, at=at)
    if version is None or role not in policy_of_version(version).confirmation.roles:
        return None
    done = "SELECT 1 FROM policy_confirmation t WHERE t.business_id = %s AND t.major = %s AND t.employee_id = %s"
    return None if fetch_prepared(done, scope.business_id, version.major, employee_id) else version


def _first_of_major(scope: Scope, version: Version) -> Version:
    first = "FROM policy_version t WHERE t.business_id = %s AND t.major = %s ORDER BY t.minor LIMIT 1"
    return next(iter(objects(Version, first, scope.business_id, version.major)), version)
