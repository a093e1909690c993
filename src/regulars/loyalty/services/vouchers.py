"""One voucher, made and locked: what the verbs about vouchers have in common."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.customers.queries import ever_together
from regulars.groundwork.kernel.bulk.dialect import instant_value
from regulars.groundwork.kernel.bulk.instances import uuid_value
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared
from regulars.groundwork.kernel.ids import new_id
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.loyalty.models import Account, Entry, Voucher, VoucherUse
from regulars.loyalty.models.vouchers import BY_PRICE
from regulars.loyalty.queries.voucher_codes import digests_for
from regulars.loyalty.rules.rewards import Reward, cost_minor, reward_named, voucher_ends
from regulars.loyalty.services.booking import Terms

KEY_MAX = 90
STORED = (
    "public_id", "program_id", "version_id", "reward", "customer_id", "code_digest", "state", "uses_max", "uses_count", "per_member_once", "took_stock",
    "cost_minor", "made_at", "ends_at", "cause", "key", "actor",
)  # fmt: skip
STORE = f"""INSERT INTO loyalty_voucher ({", ".join(f'"{name}"' for name in STORED)})
VALUES ({", ".join(["%s"] * len(STORED))}) RETURNING id"""  # noqa: S608 — names of columns


class UnknownReward(NotFound):
    code = "reward_not_found"

    def __init__(self, reward: str) -> None:
        sentence = _("The program has no reward “%(reward)s”.") % {"reward": reward[:40]}
        super().__init__(sentence, fields={"reward": sentence})


class VoucherRefused(Refusal):
    """The one answer for codes that are wrong, mistyped, used up, over, withdrawn, another member's or another business's (D11)."""

    code = "voucher_refused"

    def __init__(self) -> None:
        super().__init__(_("This code can't be used here. Check each sign; it may be used up, over, or somebody else's."))


def reward_in(terms: Terms, code: str) -> Reward:
    """The reward as these terms have it. Raises UnknownReward."""
    reward = reward_named(terms.document.rewards, code)
    if reward is None:
        raise UnknownReward(code)
    return reward


def new_voucher(*, terms: Terms, reward: Reward, customer_id: int, key: str, cause: str, at: datetime, actor: str) -> Voucher:
    """A member's voucher for one use, not stored yet."""
    public_id: UUID = new_id()
    return Voucher(
        public_id=public_id,
        program_id=terms.version.program_id,
        version=terms.version,
        reward=reward.code,
        customer_id=customer_id,
        code_digest=digests_for(vouchers=[public_id])[0],
        state="assigned",
        cost_minor=cost_minor(reward, terms.document.currency),
        made_at=at,
        ends_at=voucher_ends(reward, at, terms.document.tzinfo),
        cause=cause,
        key=key,
        actor=actor,
    )


def store_voucher(voucher: Voucher) -> None:
    """Write a new voucher. Raises IntegrityError for a key that stands already."""
    cells = [getattr(voucher, name) for name in STORED]
    values = [uuid_value(cell) if isinstance(cell, UUID) else instant_value(cell) if isinstance(cell, datetime) else cell for cell in cells]
    voucher.pk = fetch_prepared(STORE, *values)[0][0]
    voucher._state.adding = False


def brief(key: str) -> str:
    """A key that fits beside what is put before it; longer ones as their digest."""
    return key if len(key) <= KEY_MAX else hashlib.sha256(key.encode()).hexdigest()


def locked_voucher(*, number: int, at: datetime) -> Voucher:
    """The voucher, locked, its reservations that have ended given back (P7). Whoever needs account rows has locked them before."""
    voucher = Voucher.objects.select_for_update(of=("self",)).select_related("program", "version").defer("version__document").get(pk=number)
    lapsed = VoucherUse.objects.filter(voucher=voucher, state="reserved", held_until__lte=at).update(state="returned", settled_at=at)
    if lapsed:
        count_uses(voucher=voucher, step=-lapsed)
        settle_voucher(voucher=voucher, at=at)
    return voucher


def count_uses(*, voucher: Voucher, step: int) -> bool:
    """Count uses up or down by a conditional update; False when that would pass the limit."""
    fits = Voucher.objects.filter(pk=voucher.pk, uses_count__lte=F("uses_max") - step, uses_count__gte=-step)
    if not fits.update(uses_count=F("uses_count") + step):
        return False
    voucher.uses_count += step
    return True


def settle_voucher(*, voucher: Voucher, at: datetime) -> None:
    """Write the state that follows from the uses and the end of a locked voucher; what was withdrawn stays so."""
    if voucher.state == "voided":
        return
    if voucher.uses_count >= voucher.uses_max:
        reserved = VoucherUse.objects.filter(voucher=voucher, state="reserved").exists()
        voucher.state, voucher.settled_at = ("reserved", None) if reserved else ("redeemed", at)
    elif voucher.ends_at is not None and voucher.ends_at <= at:
        voucher.state, voucher.settled_at = "expired", voucher.ends_at
    else:
        voucher.state, voucher.settled_at = ("assigned" if voucher.customer_id else "created"), None
    voucher.save(update_fields=["state", "settled_at"])


def open_uses(voucher: Voucher, customer_ids: Sequence[int]) -> bool:
    """Whether one of these records uses it already."""
    return VoucherUse.objects.filter(voucher=voucher, customer__in=customer_ids, state__in=["reserved", "used"]).exists()


def paid_entries(voucher: Voucher) -> list[Entry]:
    """The entries of the units that it was had for: in every record that gave some, be it no longer one with its member's."""
    if voucher.cause != BY_PRICE or voucher.customer is None:
        return []
    records = ever_together(scope=Scope(voucher.customer.business_id), customer_id=voucher.customer.pk)
    accounts = Account.objects.filter(program=voucher.program_id, customer__in=records)
    return list(Entry.objects.filter(account__in=accounts, key=voucher.key, kind="redeemed").order_by("account_id"))
