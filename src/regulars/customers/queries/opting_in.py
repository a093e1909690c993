"""What the message and the page of an opt-in say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from regulars.business.queries import Business, Scope
from regulars.customers.models import OptInRequest, Wording
from regulars.customers.queries.permitting import purposes_of
from regulars.customers.rules.opting_in import BUILT_IN_TEXT, BUILT_IN_VERSION, digest_of, token_for


@dataclass(frozen=True)
class OptInLetter:
    """The one message of an opt-in: to whom, about what, and the path of the page that confirms (GET shows it, POST confirms)."""

    business_id: int
    address: str
    given_name: str
    language: str
    purposes: tuple[str, ...]
    path: str
    expires_at: datetime


@dataclass(frozen=True)
class WordingShown:
    """The text to agree to, and the version by which the proof names it."""

    version: str
    text: str


def opt_in_letter(*, request_id: int) -> OptInLetter | None:
    """What to write; None when the request is confirmed, ran out or is gone."""
    row = OptInRequest.objects.filter(pk=request_id, confirmed_at__isnull=True).first()
    if row is None:
        return None
    token = token_for(secret=settings.SECRET_KEY, request=str(row.public_id))
    return OptInLetter(
        business_id=row.business_id,
        address=row.address,
        given_name=row.given_name,
        language=row.language,
        purposes=purpose_labels(scope=Scope(row.business_id), purposes=row.purposes),
        path=f"/confirm/{token}/",
        expires_at=row.expires_at,
    )


def opt_in_by_token(*, token: str) -> OptInRequest | None:
    """The request that this token confirms, in whatever state; None for no token of ours."""
    return OptInRequest.objects.filter(token_digest=digest_of(token)).select_related("business").first()


def wording_for(*, scope: Scope, purpose: str, language: str) -> WordingShown:
    """The newest wording of a purpose in this language, else in any, else the built-in one."""
    rows = list(Wording.objects.filter(business_id=scope.business_id, purpose=purpose).order_by("-published_at", "-pk"))
    best = next((row for row in rows if row.language == language), rows[0] if rows else None)
    return WordingShown(best.version, best.text) if best else WordingShown(BUILT_IN_VERSION, _(BUILT_IN_TEXT))


def wordings_of(*, scope: Scope) -> list[Wording]:
    """Every wording that was ever published, by purpose and language, the one in force first."""
    return list(Wording.objects.filter(business_id=scope.business_id).order_by("purpose", "language", "-published_at", "-pk"))


def purpose_labels(*, scope: Scope, purposes: list[str]) -> tuple[str, ...]:
    """Purposes as people read them."""
    known = purposes_of(scope=scope)
    return tuple(_(known[one].label) for one in purposes if one in known)


def business_with_id(*, public_id: str) -> Business | None:
    """The business of a public page's address."""
    return Business.objects.filter(public_id=public_id).first()
