"""The background work of loyalty: lots and vouchers end, tiers are reviewed, and each night the books are proven."""

from __future__ import annotations

from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.jobs import Work, job
from regulars.groundwork.kernel.schedules import schedule
from regulars.loyalty.services import (
    announce_reviews,
    ask_for_notices,
    expire_lots,
    expire_vouchers,
    give_up_deliveries,
    lapse_adjustments,
    prove_books,
    retry_waiting,
    review_tiers,
)

ACTOR = "system:loyalty"
schedule("loyalty.ends", kind="loyalty.expire", every_minutes=15)
schedule("loyalty.reviews", kind="loyalty.review", every_minutes=60)
schedule("loyalty.shops", kind="loyalty.shops", every_minutes=60)
schedule("loyalty.proof", kind="loyalty.prove", daily="03:40")


@job("loyalty.expire", lane="long")
def expire(work: Work) -> None:
    """Book the ends of lots, of vouchers and of requests, as long as there are any."""
    while expire_lots(at=clock.now()):
        work.beat()
    while expire_vouchers(at=clock.now()):
        work.beat()
    while lapse_adjustments(at=clock.now()):
        work.beat()


@job("loyalty.prove", lane="long")
def prove(work: Work) -> None:
    """Compare the books of every program; one that doesn't agree is frozen and told about."""
    prove_books(at=clock.now(), actor=ACTOR)


@job("loyalty.review", lane="long")
def review(work: Work) -> None:
    """Hold the reviews of tiers that are due, tell of those that come near, and say who has to be told before their units end."""
    while review_tiers(at=clock.now()):
        work.beat()
    while announce_reviews(at=clock.now()):
        work.beat()
    while ask_for_notices(at=clock.now()):
        work.beat()


@job("loyalty.shops", lane="long")
def shops(_work: Work) -> None:
    """Try again what web shops told and what waits for a buyer or an order; after a month nobody waits any more."""
    retry_waiting(at=clock.now())
    give_up_deliveries(at=clock.now())
