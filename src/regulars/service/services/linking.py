"""The link by which a customer sees how their matter stands; only we can have made it."""

from __future__ import annotations

from django.conf import settings

from regulars.messaging.services import link_token, subject_of_link
from regulars.service.models import Case
from regulars.service.services.receiving import surviving


def matter_link(case: Case) -> str:
    """The page where the customer sees how their matter stands."""
    return f"{settings.BASE_URL}/matter/{link_token(kind='case', subject=case.public_id)}/"


def case_by_link(*, token: str) -> Case | None:
    """The case that a link belongs to, or the one it lives on in; None for any other text and for somebody who was forgotten."""
    public_id = subject_of_link(kind="case", token=token)
    case = Case.objects.select_related("business").filter(public_id=public_id).first() if public_id else None
    if case is None or not case.subject:
        return None
    return surviving(case)
