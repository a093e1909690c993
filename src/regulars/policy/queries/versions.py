"""The versions of the policy, the one in force at an instant, and who has confirmed it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from regulars.business.queries import Scope
from regulars.groundwork.kernel.ids import parsed
from regulars.policy.models import Confirmation, Draft, Version
from regulars.policy.rules.document import Policy, policy_in
from regulars.staff.queries import Employee


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
    rows = Version.objects.filter(business_id=scope.business_id, effective_at__lte=at)
    return rows.order_by("-effective_at", "-major", "-minor").first()


def version_of(*, scope: Scope, public_id: str) -> Version | None:
    """One version of the business."""
    key = parsed(public_id)
    return Version.objects.filter(business_id=scope.business_id, public_id=key).first() if key else None


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


def confirmation_rate(*, scope: Scope, version: Version, at: datetime) -> ConfirmationRate:
    """Who has to confirm this version's major one and had done so at an instant; those count who worked here then.

    Due so many days after it was published or after somebody joined, whichever was later.
    """
    policy = policy_of_version(version)
    first = Version.objects.filter(business_id=scope.business_id, major=version.major).order_by("minor").first() or version
    begun = max(first.published_at, first.effective_at)
    done = dict(
        Confirmation.objects.filter(business_id=scope.business_id, major=version.major, at__lte=at).values_list("employee_id", "at")
    )
    rows = Employee.objects.filter(business_id=scope.business_id, role__in=policy.confirmation.roles, joined_at__lte=at).order_by("name")
    days = timedelta(days=policy.confirmation.days)
    return ConfirmationRate(
        tuple(
            PersonToConfirm(one, max(begun, one.joined_at) + days, done.get(one.pk))
            for one in rows
            if one.left_at is None or one.left_at > at
        )
    )


def confirmed_by(*, scope: Scope, version: Version, employee_id: int) -> datetime | None:
    """When an employee confirmed this major version."""
    row = Confirmation.objects.filter(business_id=scope.business_id, major=version.major, employee_id=employee_id).first()
    return row.at if row else None
