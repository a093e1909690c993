"""Double opt-in: somebody asks, one message goes out, and only a click in it (a POST) allows anything."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.customers.events import OptInAsked, WordingPublished
from regulars.customers.models import ContactPoint, Customer, OptInRequest, Wording
from regulars.customers.queries.finding import present
from regulars.customers.queries.opting_in import opt_in_by_token, wording_for
from regulars.customers.queries.permitting import purposes_of
from regulars.customers.rules.contact_points import NotReachable, normal_form
from regulars.customers.rules.opting_in import HOLDS_FOR, digest_of, token_for
from regulars.customers.services.permitting import UnknownPurpose, record_consent
from regulars.customers.services.reaching import ContactPointRefused
from regulars.customers.services.registering import NewCustomer, register_customer
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.ids import new_id
from regulars.groundwork.kernel.refusals import Refusal

MOST_AN_HOUR = 200
WORDING_MAX = 2_000


class WordingThere(Refusal):
    code = "wording_exists"
    status = 409

    def __init__(self, version: str) -> None:
        super().__init__(
            _("The wording “%(version)s” was published already and can't change. Give the new text a new name.") % {"version": version}
        )


class WordingRefused(Refusal):
    code = "wording_refused"

    def __init__(self, field: str) -> None:
        sentence = {
            "language": _("Say the language as a code, for example “en” or “pt-BR”."),
            "version": _("Give the wording a name of at most 80 characters; the proof of every permission carries it."),
            "text": _("Write the text that people agree to, at most 2,000 characters."),
        }[field]
        super().__init__(sentence, fields={field: sentence})


class TooManySignUps(Refusal):
    code = "too_many_sign_ups"
    status = 429

    def __init__(self) -> None:
        super().__init__(_("Too many people have signed up within the last hour. Please try again later."), retry_after=3600)


class LinkRanOut(Refusal):
    code = "link_ran_out"
    status = 410

    def __init__(self) -> None:
        super().__init__(_("This link doesn't hold any more. Sign up again, and a new one is sent."))


def publish_wording(*, scope: Scope, purpose: str, language: str, version: str, text: str, at: datetime, actor: str) -> Wording:
    """Publish the text that people agree to from now on. Raises UnknownPurpose, WordingRefused, WordingThere."""
    known = purposes_of(scope=scope)
    if purpose not in known or not known[purpose].needs_consent:
        raise UnknownPurpose(purpose)
    _check_wording(language, version, text)
    try:
        with transaction.atomic():
            row = Wording.objects.create(
                business_id=scope.business_id,
                purpose=purpose,
                language=language,
                version=version.strip(),
                text=text.strip(),
                published_at=at,
            )
            announce(
                WordingPublished(tenant_id=scope.business_id, at=at, actor=actor, wording_id=row.pk, purpose=purpose),
                after={"purpose": purpose, "language": language, "version": row.version, "text": row.text},
            )
    except IntegrityError:
        raise WordingThere(version) from None
    return row


def _check_wording(language: str, version: str, text: str) -> None:
    if not re.fullmatch(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,6})?", language):
        raise WordingRefused("language")
    if not version.strip() or len(version.strip()) > 80 or not version.strip().isprintable():
        raise WordingRefused("version")
    if not text.strip() or len(text.strip()) > WORDING_MAX or "\x00" in text:
        raise WordingRefused("text")


def ask_opt_in(
    *,
    scope: Scope,
    address: str,
    purposes: Collection[str],
    given_name: str = "",
    language: str = "",
    source: str,
    at: datetime,
    actor: str,
) -> OptInRequest:
    """Somebody asks to be written to by e-mail. Nothing is allowed yet: one message with a link is due, and at most one more as a reminder.

    Who asks again while the link holds gets the reminder once, then nothing. Raises ContactPointRefused, UnknownPurpose, TooManySignUps.
    """
    try:
        normal = normal_form("email", address)
    except NotReachable as fault:
        raise ContactPointRefused("email", fault.code) from None
    known = purposes_of(scope=scope)
    wanted = sorted({one for one in purposes if one in known and known[one].needs_consent})
    if not wanted or len(wanted) != len(set(purposes)):
        raise UnknownPurpose(", ".join(sorted(set(purposes))) or "–")
    with transaction.atomic():
        if OptInRequest.objects.filter(business_id=scope.business_id, asked_at__gt=at - timedelta(hours=1)).count() >= MOST_AN_HOUR:
            raise TooManySignUps
        here = OptInRequest.objects.filter(business_id=scope.business_id, channel="email", address=normal, confirmed_at__isnull=True)
        here.filter(expires_at__lt=at).delete()
        standing = here.first()
        row, made = (standing, False) if standing else _first_request(scope, normal, wanted, given_name, language, source, at)
        if not made:
            # One reminder and no more, also when several ask in the same moment: only one of them changes the row.
            more = sorted({*row.purposes, *wanted})
            if not OptInRequest.objects.filter(pk=row.pk, reminded_at__isnull=True).update(reminded_at=at, purposes=more):
                return row
            row.refresh_from_db()
        announce(OptInAsked(tenant_id=scope.business_id, at=at, actor=actor, request_id=row.pk, reminder=not made))
    return row


def opt_in_person(*, request_id: int, at: datetime) -> Customer | None:
    """Whom the message of a request goes to: the address's customer, else a new prospect without any permission. None when it is over."""
    with transaction.atomic():
        row = OptInRequest.objects.select_for_update().filter(pk=request_id, confirmed_at__isnull=True, expires_at__gte=at).first()
        if row is None:
            return None
        row.customer = _customer_at(Scope(row.business_id), row, at)
        row.save(update_fields=["customer"])
    return row.customer


def confirm_opt_in(*, token: str, proof: dict[str, Any], at: datetime) -> OptInRequest:
    """The click in the message: now it is allowed, with its proof. A second click changes nothing. Raises LinkRanOut.

    The address's customer is found, or registered as a prospect. Of several with the address the one known longest is meant.
    """
    with transaction.atomic():
        found = opt_in_by_token(token=token)
        row = OptInRequest.objects.select_for_update().filter(pk=found.pk).first() if found else None
        if row is None or (row.confirmed_at is None and at > row.expires_at):
            raise LinkRanOut
        if row.confirmed_at is not None:
            return row
        scope = Scope(row.business_id)
        customer = _customer_at(scope, row, at)
        for purpose in row.purposes:
            record_consent(
                scope=scope,
                customer_id=customer.pk,
                channel=row.channel,
                purpose=purpose,
                address=row.address,
                given=True,
                text_version=row.text_version,
                source="double opt-in",
                proof={"form": row.source, "asked_at": row.asked_at.isoformat(), "confirmed_at": at.isoformat(), **row.proof, **proof},
                at=at,
                actor="system:opt-in",
            )
        row.confirmed_at, row.customer = at, customer
        row.save(update_fields=["confirmed_at", "customer"])
    return row


def _first_request(
    scope: Scope, normal: str, purposes: list[str], given_name: str, language: str, source: str, at: datetime
) -> tuple[OptInRequest, bool]:
    public_id = new_id()
    wording = wording_for(scope=scope, purpose=purposes[0], language=language)
    return OptInRequest.objects.get_or_create(
        business_id=scope.business_id,
        channel="email",
        address=normal,
        confirmed_at=None,
        defaults={
            "public_id": public_id,
            "purposes": purposes,
            "given_name": given_name.strip()[:120],
            "language": language[:10],
            "text_version": wording.version,
            "source": source[:40],
            "proof": {"text": wording.text},
            "token_digest": digest_of(token_for(secret=settings.SECRET_KEY, request=str(public_id))),
            "asked_at": at,
            "expires_at": at + HOLDS_FOR,
        },
    )


def _customer_at(scope: Scope, row: OptInRequest, at: datetime) -> Customer:
    ids = ContactPoint.objects.filter(kind="email", normal=row.address, customer__business_id=scope.business_id).values("customer_id")
    known = present(scope).filter(pk__in=ids).order_by("pk").first()
    if known is not None:
        return known
    who = NewCustomer(given_name=row.given_name, language=row.language, contact_points=[("email", row.address)])
    return register_customer(business_id=scope.business_id, who=who, branch_id=None, at=at, actor="system:opt-in")
