"""Vouchers and punch cards by API: a code is used, a member's cards and what they may have."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.refusals import Refusal
from regulars.loyalty.queries import document_of, member_shown, reward_named, vouchers_of
from regulars.loyalty.services import Usage, VoucherUsage, allow_guess, forgive_try, redeem_voucher
from regulars.purchases.queries import purchase_of
from regulars.till.api.asking import REFUSALS, caller, visible_branch, written
from regulars.till.api.loyalty import member
from regulars.till.api.loyalty_shapes import CardList, CardOut, MemberId, MemberVoucherOut, VoucherIn, VoucherUsedOut
from regulars.till.api.root import api
from regulars.till.api.shapes import Key


@api.post(
    "/vouchers/redeem",
    response={200: VoucherUsedOut, 201: VoucherUsedOut, **REFUSALS},
    url_name="voucher_redeem",
    tags=["sales"],
    summary="Use a voucher",
)
def redeem(request: HttpRequest, voucher: VoucherIn, idempotency_key: Key = None) -> HttpResponse:
    """One answer, `voucher_refused`, for whatever is wrong with a code; who tries many is slowed down."""
    actor, scope = caller(request)
    at = clock.now()
    # Before the transaction of the answer: what a refusal rolls back would never be counted.
    allow_guess(caller=actor.name, at=at)

    def act() -> tuple[int, dict[str, Any]]:
        customer = member(scope, voucher.customer, source=voucher.source) if voucher.customer else None
        purchase = purchase_of(scope=scope, public_id=voucher.purchase) if voucher.purchase else None
        branch = visible_branch(scope, voucher.branch)
        usage = Usage(customer=customer, purchase=purchase, branch=branch, channel=voucher.source)
        key = f"api:{actor.name}:{idempotency_key}"
        used = redeem_voucher(scope=scope, code=voucher.code, at=at, actor=actor.name, usage=usage, key=key)
        return 201 if used.made else 200, _shown(used)

    try:
        answer = written(request, route="POST /vouchers/redeem", at=at, act=act)
    except Refusal:
        forgive_try(caller=actor.name)
        raise
    if b"voucher_refused" not in answer.content:
        forgive_try(caller=actor.name)
    return answer


@api.get(
    "/members/{id}/cards", response={200: CardList, **REFUSALS}, url_name="member_cards", tags=["loyalty"], summary="Cards and vouchers"
)
def member_cards(request: HttpRequest, id: MemberId) -> Any:
    """How full each punch card is, and the vouchers that may be used now."""
    _actor, scope = caller(request)
    at = clock.now()
    customer = member(scope, id, field="id")
    return CardList(
        customer=str(customer.public_id),
        items=[
            CardOut(
                program=program.program.code,
                card=one.card.code,
                name=one.card.name,
                stamps=one.stamps,
                target=one.target,
                owed=one.owed,
                ends_at=one.ends_at,
            )
            for program in member_shown(customer=customer, at=at).programs
            for one in program.cards
        ],
        vouchers=[
            MemberVoucherOut(
                program=one.voucher.program.code,
                reward=one.reward.code,
                name=one.reward.name,
                code=one.code,
                ends_at=one.voucher.ends_at,
                cause=one.voucher.cause,
            )
            for one in vouchers_of(customer=customer, at=at)
        ],
    )


def _shown(used: VoucherUsage) -> dict[str, Any]:
    voucher = used.use.voucher
    reward = reward_named(document_of(voucher.version).rewards, voucher.reward)
    assert reward is not None
    return VoucherUsedOut(
        use=str(used.use.public_id),
        program=voucher.program.code,
        reward=reward.code,
        name=reward.name,
        kind=reward.kind,
        amount=str(reward.amount) if reward.amount is not None else None,
        percent=str(reward.percent) if reward.percent is not None else None,
        goods=reward.goods.model_dump(mode="json", exclude_defaults=True),
        uses_left=voucher.uses_max - voucher.uses_count,
        at=used.use.at,
    ).model_dump(mode="json")
