"""The end of a business that nothing belongs to any more."""

from __future__ import annotations

from django.db import transaction

from regulars.business.models import Branch, Business


def dissolve_business(*, business_id: int) -> None:
    """Take away a business with its branches, hours and special days. Raises ProtectedError while anything belongs to it."""
    with transaction.atomic():
        Branch.objects.filter(business_id=business_id).delete()
        Business.objects.filter(pk=business_id).delete()
