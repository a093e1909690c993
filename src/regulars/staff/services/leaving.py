"""Taking accounts away altogether: for people who never were (the demo's), not for those who leave (see `let_go`)."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from regulars.staff.models import ApiKey, Employee, Invitation


def remove_accounts(*, business_id: int, emails: Collection[str]) -> int:
    """Remove the accounts with these addresses, their keys and their invitations. Returns how many accounts went."""
    with transaction.atomic():
        leaving = Employee.objects.filter(business_id=business_id, email__in=emails)
        ApiKey.objects.filter(owner__in=leaving).delete()
        Invitation.objects.filter(business_id=business_id, email__in=emails).delete()
        count = leaving.count()
        leaving.delete()
    return count
