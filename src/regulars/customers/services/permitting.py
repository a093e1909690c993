"""Recording what customers allow, forbid and wish. Events only: nothing is overwritten."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.customers.events import ConsentGiven, ConsentWithdrawn, PurposeAdded, WishesStated, ZonesAssumed
from regulars.customers.models import ConsentEvent, Customer, Purpose, WishStatement, ZoneAssumption
from regulars.customers.queries.permitting import assumed_zones, normal_address, purposes_of
from regulars.customers.queries.together import survivor_of
from regulars.customers.rules.channels import CHANNELS
from regulars.customers.rules.purposes import ALL_MARKETING, Basis
from regulars.customers.rules.wishes import NotAWish, sound_hours
from regulars.customers.services.present import not_forgotten
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import NotFound, Refusal


class UnknownChannel(Refusal):
    code = "unknown_channel"

    def __init__(self, channel: str) -> None:
        sentence = _("“%(channel)s” is no channel. Channels are: %(known)s.") % {"channel": channel[:40], "known": ", ".join(CHANNELS)}
        super().__init__(sentence, fields={"channel": sentence})


class UnknownPurpose(Refusal):
    code = "unknown_purpose"

    def __init__(self, purpose: str) -> None:
        sentence = _("“%(purpose)s” is no purpose of this business. Add it first, or choose another.") % {"purpose": purpose[:40]}
        super().__init__(sentence, fields={"purpose": sentence})


class ProofMissing(Refusal):
    code = "consent_proof_missing"

    def __init__(self) -> None:
        sentence = _("A permission counts only with its proof: which text the customer agreed to, and where.")
        super().__init__(sentence, fields={"text_version": sentence})


class WishRefused(Refusal):
    code = "wish_refused"

    def __init__(self, reason: str, field: str) -> None:
        sentences = {
            "not_a_week": _("The hours need seven days, Monday first."),
            "not_a_time": _("A time span begins before it ends, within one day."),
            "never_at_all": _("These hours leave no time at all. To hear nothing, choose the channels that shall stay silent."),
            "not_a_channel": _("One of the channels is unknown."),
            "never_and_preferred": _("A channel can't be preferred and silent at once."),
            "not_a_frequency": _(
                "Say how many contacts in how many days: both whole numbers from 1 on, at most 100 contacts and 366 days."
            ),
            "not_a_topic": _("A topic is a short word or two, at most 40 characters; at most 30 topics."),
        }
        sentence = sentences[reason]
        super().__init__(sentence, fields={field: sentence})


class PurposeRefused(Refusal):
    code = "purpose_refused"

    def __init__(self, field: str) -> None:
        sentence = {
            "name": _("A short name is one word of small letters, digits and hyphens, at most 40 of them."),
            "label": _("Say in at most 80 characters what it is about, as customers read it."),
            "basis": _("Choose the legal basis."),
        }[field]
        super().__init__(sentence, fields={field: sentence})


class PurposeTaken(Refusal):
    code = "purpose_taken"
    status = 409

    def __init__(self, name: str) -> None:
        sentence = _("There is a purpose called “%(name)s” already.") % {"name": name[:40]}
        super().__init__(sentence, fields={"name": sentence})


class ZoneRefused(Refusal):
    code = "unknown_zone"

    def __init__(self, zone: str) -> None:
        sentence = _("There is no time zone called “%(zone)s”.") % {"zone": zone[:60]}
        super().__init__(sentence, fields={"zones": sentence})


def record_consent(
    *,
    scope: Scope,
    customer_id: int,
    channel: str,
    purpose: str,
    address: str = "",
    given: bool,
    text_version: str = "",
    source: str,
    proof: dict[str, Any] | None = None,
    at: datetime,
    actor: str,
) -> ConsentEvent:
    """Record that a customer allowed (`given`) or forbade a purpose on a channel, at one address or ("") all of them.

    A permission needs its proof: the version of the text and something that shows the act. `purpose` "*" forbids everything that needs
    permission. Raises NotFound, UnknownChannel, UnknownPurpose, ProofMissing.
    """
    rule = purposes_of(scope=scope).get(purpose)
    if channel not in CHANNELS:
        raise UnknownChannel(channel)
    if rule is None and (purpose != ALL_MARKETING or given):
        raise UnknownPurpose(purpose)
    if given and not (text_version.strip() and source.strip() and proof):
        raise ProofMissing
    with transaction.atomic():
        customer = _known(scope, customer_id)
        event = ConsentEvent.objects.create(
            business_id=scope.business_id,
            customer=customer,
            channel=channel,
            purpose=purpose,
            address=normal_address(channel, address),
            given=given,
            text_version=text_version.strip()[:80],
            source=source.strip()[:40],
            proof=proof or {},
            actor=actor,
            at=at,
        )
        fact = ConsentGiven if given else ConsentWithdrawn
        announce(
            fact(
                tenant_id=scope.business_id,
                at=at,
                actor=actor,
                customer_id=customer.pk,
                event_id=event.pk,
                channel=channel,
                purpose=purpose,
                headline="Allowed: %(purpose)s by %(channel)s" if given else "Forbidden: %(purpose)s by %(channel)s",
                headline_values={"purpose": purpose, "channel": channel},
            ),
            after={"given": given, "channel": channel, "purpose": purpose, "address": event.address, "text_version": event.text_version},
        )
    return event


def withdraw_consent(
    *,
    scope: Scope,
    customer_id: int,
    channel: str,
    purpose: str = ALL_MARKETING,
    address: str = "",
    source: str,
    proof: dict[str, Any] | None = None,
    at: datetime,
    actor: str,
) -> ConsentEvent:
    """A customer's "no": to one purpose, or ("*") to everything that needs permission, at one address or all. Needs no proof; may repeat."""
    return record_consent(
        scope=scope,
        customer_id=customer_id,
        channel=channel,
        purpose=purpose,
        address=address,
        given=False,
        source=source,
        proof=proof,
        at=at,
        actor=actor,
    )


def state_wishes(
    *,
    scope: Scope,
    customer_id: int,
    channels_never: Collection[str] = (),
    preferred_channel: str = "",
    hours: Sequence[Sequence[Sequence[int]]] | None = None,
    at_most: tuple[int, int] | None = None,
    topics: Collection[str] = (),
    source: str,
    at: datetime,
    actor: str,
) -> WishStatement:
    """Record how, when and how often a customer wishes to hear from the business; replaces what they stated before.

    `hours`: seven lists, Monday first, of (from, to) minutes of the local day; None: no wish. `at_most`: (contacts, days).
    Raises NotFound, WishRefused.
    """
    try:
        week = sound_hours(hours)
    except NotAWish as fault:
        raise WishRefused(fault.code, fault.field) from None
    _check_wishes(channels_never, preferred_channel, at_most, topics)
    with transaction.atomic():
        customer = _known(scope, survivor_of(scope=scope, customer_id=customer_id))
        row = WishStatement.objects.create(
            customer=customer,
            channels_never=sorted(set(channels_never)),
            preferred_channel=preferred_channel,
            hours=week,
            at_most_count=at_most[0] if at_most else None,
            at_most_days=at_most[1] if at_most else None,
            topics=sorted({one.strip() for one in topics}),
            source=source,
            actor=actor,
            at=at,
        )
        announce(
            WishesStated(tenant_id=scope.business_id, at=at, actor=actor, customer_id=customer.pk, headline="Stated their wishes"),
            after={"never": row.channels_never, "preferred": preferred_channel, "hours": week, "at_most": at_most, "topics": row.topics},
        )
    return row


def add_purpose(*, business_id: int, name: str, label: str, basis: str, at: datetime, actor: str) -> Purpose:
    """Add a purpose of the business's own; it stays for ever, for proofs name it. Raises PurposeRefused, PurposeTaken."""
    _check_purpose(name, label, basis)
    if name in purposes_of(scope=Scope(business_id)):
        raise PurposeTaken(name)
    try:
        with transaction.atomic():
            row = Purpose.objects.create(business_id=business_id, name=name, label=label.strip(), basis=basis, added_at=at)
            announce(
                PurposeAdded(tenant_id=business_id, at=at, actor=actor, purpose=name, basis=basis),
                after={"label": row.label, "basis": basis},
            )
    except IntegrityError:
        raise PurposeTaken(name) from None
    return row


def assume_zones(*, business_id: int, zones: Sequence[str], at: datetime, actor: str) -> None:
    """Say in which zones customers may live of whom none is known; none: they live where the business (or their branch) is.

    Raises ZoneRefused.
    """
    for zone in zones:
        if zone not in available_timezones():
            raise ZoneRefused(zone)
    wanted = sorted(set(zones))
    with transaction.atomic():
        before = assumed_zones(business_id=business_id)
        if wanted == before:
            return
        if wanted:
            ZoneAssumption.objects.update_or_create(business_id=business_id, defaults={"zones": wanted})
        else:
            ZoneAssumption.objects.filter(business_id=business_id).delete()
        announce(ZonesAssumed(tenant_id=business_id, at=at, actor=actor, zones=wanted), before={"zones": before}, after={"zones": wanted})


def _check_purpose(name: str, label: str, basis: str) -> None:
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", name):
        raise PurposeRefused("name")
    if not label.strip() or len(label.strip()) > 80 or not label.strip().isprintable():
        raise PurposeRefused("label")
    if basis not in {one.value for one in Basis}:
        raise PurposeRefused("basis")


def _check_wishes(never: Collection[str], preferred: str, at_most: tuple[int, int] | None, topics: Collection[str]) -> None:
    if set(never) - set(CHANNELS):
        raise WishRefused("not_a_channel", "channels_never")
    if preferred and preferred not in CHANNELS:
        raise WishRefused("not_a_channel", "preferred_channel")
    if preferred and preferred in never:
        raise WishRefused("never_and_preferred", "preferred_channel")
    if at_most is not None and not (1 <= at_most[0] <= 100 and 1 <= at_most[1] <= 366):
        raise WishRefused("not_a_frequency", "at_most")
    if len(topics) > 30 or any(not one.strip() or len(one.strip()) > 40 or not one.isprintable() for one in topics):
        raise WishRefused("not_a_topic", "topics")


def _known(scope: Scope, customer_id: int) -> Customer:
    """The customer of this business, held until the transaction ends. Raises NotFound."""
    row = Customer.objects.select_for_update(no_key=True).filter(pk=customer_id, business_id=scope.business_id).first()
    if row is None:
        raise NotFound(_("There is no such customer."))
    not_forgotten(row.pk)
    return row
