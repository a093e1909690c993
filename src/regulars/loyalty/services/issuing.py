"""Members are given what a card, a tier or a person owes them: a voucher, once for what it is owed for."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop

from regulars.customers.queries import Customer
from regulars.groundwork.kernel.facts import announce
from regulars.loyalty.events import VoucherGiven
from regulars.loyalty.models import Program, Voucher
from regulars.loyalty.rules.rewards import Reward
from regulars.loyalty.services.programs import terms_at
from regulars.loyalty.services.vouchers import brief, new_voucher, reward_in, store_voucher


def issue_voucher(*, program: Program, customer: Customer, reward: str, key: str, cause: str, at: datetime, actor: str) -> Voucher:
    """Give a member a reward that something owes them ("card:coffee", "tier:gold", "gift"), whatever its stock and limits; once for a key.

    Raises UnknownReward, ProgramNotFound.
    """
    terms = terms_at(program=program, at=at)
    given = reward_in(terms, reward)
    voucher = new_voucher(terms=terms, reward=given, customer_id=customer.pk, key=brief(key), cause=cause[:80], at=at, actor=actor)
    with transaction.atomic():
        try:
            with transaction.atomic():
                store_voucher(voucher)
        except IntegrityError:
            standing = Voucher.objects.filter(program=program, key=voucher.key).exclude(key="").first()
            if standing is None:
                raise
            return standing
        tell_of_voucher(customer=customer, voucher=voucher, reward=given, at=at, actor=actor)
    return voucher


def tell_of_voucher(*, customer: Customer, voucher: Voucher, reward: Reward, at: datetime, actor: str) -> None:
    """Announce that a member has a voucher."""
    announce(
        VoucherGiven(
            tenant_id=customer.business_id,
            at=at,
            actor=actor,
            customer_id=customer.pk,
            voucher_id=voucher.pk,
            headline=gettext_noop("Has a voucher for “%(reward)s”"),
            headline_values={"reward": reward.name},
        )
    )
