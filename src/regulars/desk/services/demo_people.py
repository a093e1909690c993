"""What the demo's customers allow, wish and are to each other: believable, the same each time, and gone with the demo."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from regulars.business.queries import Scope
from regulars.customers.services import live_together, publish_wording, record_consent, state_wishes, withdraw_consent
from regulars.desk.rules import demo

ACTOR = f"system:{demo.SOURCE}"
WORDING = "counter card, spring"
TEXT = "Yes, write to me about new bread, baking classes and offers. I can stop it with one click in every mail, or at the counter."
EVENINGS = [[(17 * 60, 21 * 60)]] * 5 + [[(9 * 60, 20 * 60)], []]
MOST = 90


def tell_demo_permissions(*, business_id: int, story: Sequence[demo.DemoCustomer], numbers: dict[str, int], at: datetime) -> int:
    """Permissions with their proof, wishes and a few households, for the first people of the story. Returns how many spoke."""
    scope = Scope(business_id)
    for purpose in ("newsletter", "offers"):
        publish_wording(scope=scope, purpose=purpose, language="en", version=WORDING, text=TEXT, at=at - timedelta(days=500), actor=ACTOR)
    people = [one for one in story if one.emails and not one.organisation][:MOST]
    for place, one in enumerate(people):
        _speak(scope, numbers[one.number], one, place, at)
    for first, second in zip(people[4::30], people[5::30], strict=False):
        live_together(scope=scope, customer_id=numbers[first.number], other_id=numbers[second.number], at=at, actor=ACTOR)
    return len(people)


def _speak(scope: Scope, customer_id: int, one: demo.DemoCustomer, place: int, at: datetime) -> None:
    said_at = max(one.joined_at, at - timedelta(days=400)) + timedelta(days=place % 20, hours=1)
    said_at = min(said_at, at - timedelta(hours=2))
    for purpose, often in (("newsletter", 2), ("offers", 3)):
        if place % often == 0:
            record_consent(
                scope=scope, customer_id=customer_id, channel="email", purpose=purpose, address=one.emails[0], given=True, text_version=WORDING,
                source="counter", proof={"said": "signed the card at the counter", "branch": one.branch}, at=said_at, actor=ACTOR,
            )  # fmt: skip
    if place % 9 == 0:
        withdraw_consent(
            scope=scope,
            customer_id=customer_id,
            channel="email",
            purpose="offers",
            source="link in a mail",
            at=at - timedelta(hours=1),
            actor=ACTOR,
        )
    if place % 5 == 0:
        state_wishes(
            scope=scope,
            customer_id=customer_id,
            channels_never=["phone"] if place % 10 == 0 else [],
            preferred_channel="email",
            hours=EVENINGS if place % 15 == 0 else None,
            at_most=(2, 30) if place % 10 == 5 else None,
            topics=["rye", "baking classes"] if place % 15 == 5 else [],
            source="counter",
            at=said_at,
            actor=ACTOR,
        )
