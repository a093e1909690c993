"""The gate's decision, case by case: who may be contacted, when, and why not. Rule R: two in seven days; quiet from 20:00 to 08:00."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

import pytest

from regulars.contacts.rules.gate_deciding import Ask, Frozen, Outcome, Person, decide
from regulars.contacts.rules.gate_document import GateRules, rules_in
from regulars.contacts.rules.gate_windows import Held, Limit, used_up

pytestmark = pytest.mark.pure
D0 = datetime(2027, 6, 1, tzinfo=UTC)
NUMBERS = count(1)
R = {
    "caps": [
        {
            "name": "r",
            "most": 2,
            "days": 7,
            "channels": ["email", "post", "sms", "phone"],
            "classes": ["promotional", "survey", "service", "reply"],
        }
    ],
    "quiet_hours": {"default": [{"from": "20:00", "to": "08:00"}]},
}
ADA = Person((1,), True, "allowed", "", ("UTC",))


def day(n: float, hour: float = 10) -> datetime:
    return D0 + timedelta(days=n, hours=hour)


def held(at: datetime, **about: Any) -> Held:
    about = {
        "id": next(NUMBERS),
        "key": "k",
        "channel": "email",
        "purpose": "offers",
        "contact_class": "promotional",
        "weight": 1,
        "priority": 5,
        "customer_id": 1,
    } | about
    return Held(at=at, **about)


def ask(
    at: datetime, *ledger: Held, rules: dict[str, Any] | GateRules = R, person: Person = ADA, now: datetime | None = None, **about: Any
) -> Outcome:
    about = {"channel": "email", "purpose": "offers", "contact_class": "promotional"} | about
    return decide(Ask(wanted_at=at, **about), person, rules if isinstance(rules, GateRules) else rules_in(rules), ledger, now or at)


def codes(outcome: Outcome) -> list[str]:
    return [one.code for one in outcome.reasons]


def test_1_a_place_is_free_again_to_the_second() -> None:
    ledger = (held(day(0, 10)), held(day(2, 12), channel="post"))
    at_five = ask(day(5), *ledger, contact_class="survey")
    assert (at_five.answer, at_five.until, codes(at_five)) == ("defer", day(7, 10), ["pressure"])
    assert {one.id for one in at_five.reasons[0].entries} == {one.id for one in ledger}
    assert ask(day(7, 10) - timedelta(seconds=1), *ledger, contact_class="survey").answer == "defer"
    assert ask(day(7, 10), *ledger, contact_class="survey").answer == "allow"


def test_2_a_reservation_ahead_keeps_every_window_whole_looking_back_and_forward() -> None:
    ledger = (held(day(0)), held(day(6, 9), reserved=True))
    assert ask(day(5), *ledger).answer == "defer", "the window that ends on day six would hold three"
    assert ask(day(5), *ledger).until == day(7, 10)
    assert ask(day(8), held(day(0)), held(day(10), reserved=True), held(day(12), reserved=True), now=day(5)).answer == "defer"


def test_3_what_is_held_for_something_more_urgent_is_not_given_away() -> None:
    """One place left; a service follow-up of priority 1 is reserved for 15:00; at 09:00 a newsletter asks."""
    ledger = (held(day(0)), held(day(3, 15), contact_class="service", priority=1, reserved=True))
    newsletter = ask(day(3, 9), *ledger, priority=5)
    assert (newsletter.answer, codes(newsletter)) == ("refuse", ["held_for_higher_priority"])
    assert newsletter.until == day(7, 10)


def test_4_the_more_urgent_takes_a_place_that_is_only_reserved() -> None:
    newsletter = held(day(3, 15), priority=5, reserved=True)
    first = held(day(0))
    at_two = ask(day(3, 15), first, newsletter, contact_class="service", priority=1, now=day(3, 14))
    assert at_two.answer == "allow"
    assert at_two.preempted == (newsletter,)
    sent = held(day(3, 15), priority=5)
    late = ask(day(3, 15) + timedelta(seconds=1), first, sent, contact_class="service", priority=1)
    assert (late.answer, late.until, codes(late)) == ("defer", day(7, 10), ["pressure"])
    on_its_way = held(day(3, 15), priority=5, reserved=True, pinned=True)
    assert ask(day(3, 15), first, on_its_way, contact_class="service", priority=1).answer == "defer", "nobody takes what is on its way"


def test_ties_are_settled_the_same_way_every_time() -> None:
    rules = rules_in({"caps": [{"name": "r", "most": 3, "days": 7}]})
    late, soon = day(20), day(9)
    strong = held(day(3), reserved=True, priority=7, expires_at=soon, value=5)
    cheap = held(day(3), reserved=True, priority=7, expires_at=late, value=1)
    dear = held(day(3), reserved=True, priority=7, expires_at=late, value=9)
    for ledger in ((strong, cheap, dear), (dear, cheap, strong), (cheap, strong, dear)):
        assert ask(day(3), *ledger, rules=rules, priority=1).preempted == (cheap,), "expires last, then worth least"
    older, newer = held(day(3), reserved=True, priority=7), held(day(3), reserved=True, priority=7)
    assert ask(day(3), newer, older, held(day(3)), rules=rules, priority=1).preempted == (newer,), "then the one made last"
    assert ask(day(3), older, newer, held(day(3)), rules=rules, priority=7).answer == "defer", "equals don't push each other out"
    heavy = held(day(3), reserved=True, priority=9, weight=1), held(day(3), reserved=True, priority=8, weight=2)
    assert ask(day(3), *heavy, rules=rules, priority=1, weight=2).preempted == (heavy[1],), "never more than needed"


def test_6_an_order_confirmation_always_passes_and_uses_nothing_up() -> None:
    ledger = [held(day(0)), held(day(1))]
    order = ask(day(2, 23), *ledger, contact_class="transactional", purpose="transactional")
    assert (order.answer, codes(order)) == ("allow", ["passes"])
    ledger.append(held(day(2, 23), contact_class="transactional", purpose="transactional"))
    assert len(ask(day(3), *ledger).reasons[0].entries) == 2, "the ledger holds three rows, the count stays two"
    assert ask(day(7, 10), *ledger).answer == "allow"


def test_p1_a_service_answer_goes_out_and_moves_the_next_place() -> None:
    """Cap three in seven days, all channels: mail Monday, call Tuesday, survey Wednesday; a newsletter on Thursday."""
    rules = {"caps": [{"name": "week", "most": 3, "days": 7}], "classes": {"reply": {"blocked": False, "counts": True}}}
    monday = day(0)
    ledger = [held(monday), held(day(1), channel="phone", contact_class="service"), held(day(2), contact_class="survey")]
    newsletter = ask(day(3), *ledger, rules=rules)
    assert (newsletter.answer, newsletter.until, codes(newsletter)) == ("defer", monday + timedelta(days=7), ["pressure"])
    answer = ask(day(3), *ledger, rules=rules, contact_class="reply", purpose="service")
    assert answer.answer == "allow"
    ledger.append(held(day(3), contact_class="reply", purpose="service"))
    assert ask(day(3, 12), *ledger, rules=rules).until == day(8), "the next place moves to Tuesday"


def test_12_weights() -> None:
    rules = {"caps": [{"name": "r", "most": 2, "days": 7}], "weights": {"phone": 2}}
    assert ask(day(1), held(day(0), channel="phone", weight=2, contact_class="service"), rules=rules).answer == "defer"
    mailed = held(day(0))
    assert ask(day(1), mailed, rules=rules).answer == "allow"
    assert ask(day(1), mailed, rules=rules, channel="phone", contact_class="service").answer == "defer"
    assert ask(day(1), rules=rules, channel="phone", contact_class="service").weight == 2
    heavy = ask(day(1), rules=rules, weight=3)
    assert (heavy.answer, heavy.until, codes(heavy)) == ("refuse", None, ["too_heavy"])


def test_13_what_expires_before_its_place_is_free_is_dropped_not_sent_late() -> None:
    ledger = (held(day(0)), held(day(1)))
    offer = ask(day(5), *ledger, expires_at=day(6))
    assert (offer.answer, codes(offer)) == ("refuse", ["pressure", "expires_first"])
    assert ask(day(6), expires_at=day(6)).answer == "refuse"
    assert ask(day(5), expires_at=day(6)).answer == "allow"


def test_11_one_letter_for_a_household_chosen_by_the_same_rule_each_time() -> None:
    rules = rules_in({"caps": [{"name": "letters", "most": 1, "days": 30, "channels": ["post"], "household": True}]})
    home = "household:7"
    low, high = Person((1,), True, "", "", ("UTC",), household=home), Person((2,), True, "", "", ("UTC",), household=home)
    of_low = held(day(1), channel="post", customer_id=1, household=home, reserved=True)
    of_high = held(day(1), channel="post", customer_id=2, household=home, reserved=True)
    second = ask(day(1), of_low, rules=rules, person=high, channel="post")
    assert (second.answer, codes(second), second.until) == ("defer", ["household"], day(31))
    first = ask(day(1), of_high, rules=rules, person=low, channel="post")
    assert first.preempted == (of_high,), "whoever asks first, the same person gets the letter"
    assert (
        ask(day(1), held(day(1), channel="post", customer_id=2, household=home), rules=rules, person=low, channel="post").answer == "defer"
    ), "sent is sent"
    assert ask(day(1), of_low, rules=rules, person=high, channel="email").answer == "allow"
    alone = Person((3,), True, "", "", ("UTC",), household="customer:3")
    assert ask(day(1), of_low, of_high, rules=rules, person=alone, channel="post").answer == "allow"


def test_p3_an_open_complaint_holds_promotions_back_until_fourteen_days_after_it_was_closed() -> None:
    open_one = Person((1,), True, "", "", ("UTC",), frozen=(Frozen("burnt rye", day(0), None),))
    campaign = ask(day(3), person=open_one)
    assert (campaign.answer, campaign.until, codes(campaign)) == ("refuse", None, ["complaint_open"])
    assert campaign.reasons[0].values["reason"] == "burnt rye"
    assert ask(day(3), person=open_one, contact_class="service", purpose="service").answer == "allow"
    closed = Person((1,), True, "", "", ("UTC",), frozen=(Frozen("burnt rye", day(0), day(4)),))
    later = ask(day(5), person=closed)
    assert (later.answer, later.until, codes(later)) == ("defer", day(18), ["complaint_recent"])
    assert ask(day(18), person=closed).answer == "allow"


def test_a_share_is_kept_for_service() -> None:
    rules = {"caps": [{"name": "week", "most": 3, "days": 7, "for_service": 1}]}
    two = (held(day(0)), held(day(1)))
    assert ask(day(2), *two, rules=rules).answer == "defer"
    assert ask(day(2), *two, rules=rules, contact_class="service").answer == "allow"
    mixed = (held(day(0)), held(day(1), contact_class="service"))
    assert ask(day(2), *mixed, rules=rules).answer == "allow", "what service used was its own share"
    assert ask(day(2), *mixed, held(day(1)), rules=rules, contact_class="service").answer == "defer", "the whole is the whole"


def test_consent_and_own_wishes() -> None:
    forbidden = Person((1,), False, "withdrawn", "They took it back.", ("UTC",))
    outcome = ask(day(1), person=forbidden)
    assert (outcome.answer, codes(outcome), outcome.reasons[0].values["sentence"]) == (
        "refuse",
        ["consent_withdrawn"],
        "They took it back.",
    )
    never = Person((1,), True, "", "", ("UTC",), channels_never=frozenset({"email"}))
    assert codes(ask(day(1), person=never)) == ["own_channel"]
    assert ask(day(1), person=never, contact_class="recall", purpose="legal").answer == "allow", "a recall must reach them"
    seldom = Person((1,), True, "", "", ("UTC",), at_most=(1, 30))
    wide = {"caps": [{"name": "r", "most": 9, "days": 7}]}
    rare = ask(day(3), held(day(0), weight=2), person=seldom, rules=wide)
    assert (rare.answer, rare.until, codes(rare)) == ("defer", day(30), ["own_frequency"])
    mornings = Person((1,), True, "", "", ("UTC",), hours=((((9 * 60, 11 * 60)),),) * 7)
    assert codes(ask(day(1, 15), person=mornings)) == ["own_hours"]
    assert ask(day(1, 15), person=mornings).until == day(2, 9)


def test_quiet_hours_and_caps_are_satisfied_together() -> None:
    ledger = (held(day(0, 21)), held(day(1, 10)))
    late = ask(day(2, 23), *ledger)
    assert (late.answer, codes(late)) == ("defer", ["quiet_hours", "pressure"])
    assert late.until == day(8, 8), "the place is free at 21:00 on day seven, which is quiet; the morning after it is"


def test_caps_of_other_channels_purposes_and_classes_don_t_hold() -> None:
    rules = {
        "caps": [
            {"name": "mail", "most": 1, "days": 7, "channels": ["email"]},
            {"name": "news", "most": 1, "days": 30, "purposes": ["newsletter"]},
        ]
    }
    ledger = (held(day(0)),)
    assert ask(day(1), *ledger, rules=rules).answer == "defer"
    assert ask(day(1), *ledger, rules=rules, channel="sms").answer == "allow"
    assert ask(day(8), held(day(0), purpose="newsletter"), rules=rules, purpose="newsletter").answer == "defer"
    assert ask(day(8), held(day(0), purpose="newsletter"), rules=rules).answer == "allow"


def test_whatever_is_allowed_no_window_ever_holds_more_than_its_cap() -> None:
    """A property, against a plain count over every window: thousands of random questions in random order."""
    dice = Random(11)
    rules = rules_in(
        {
            "caps": [
                {"name": "a", "most": 3, "days": 7},
                {"name": "b", "most": 1, "days": 2, "channels": ["phone"]},
                {"name": "c", "most": 5, "days": 30},
            ],
            "weights": {"phone": 2},
        }
    )
    for _round in range(25):
        ledger: list[Held] = []
        for _ in range(60):
            wanted = day(dice.uniform(0, 60))
            channel = dice.choice(["email", "phone", "sms"])
            weight = 1 if channel != "phone" else dice.choice([1, 2])
            outcome = ask(wanted, *ledger, rules=rules, channel=channel, weight=weight, contact_class="service", purpose="service", now=D0)
            if outcome.answer == "allow":
                ledger.append(held(wanted, channel=channel, weight=weight, contact_class="service"))
            elif outcome.until is not None:
                again = ask(outcome.until, *ledger, rules=rules, channel=channel, weight=weight, contact_class="service", now=D0)
                assert again.answer == "allow", "what is said to be free is free"
        for cap in rules.caps:
            covered = [one for one in ledger if cap.covers(one.channel, one.purpose, one.contact_class)]
            for one in covered:
                inside = sum(other.weight for other in covered if one.at - cap.window < other.at <= one.at)
                assert inside <= cap.most


def test_the_fullest_window_explains() -> None:
    entries = (held(day(0)), held(day(3)), held(day(4)))
    limit = Limit("r", "pressure", 2, timedelta(days=2), entries)
    assert [one.at for one in used_up(limit, day(3, 12), 1)] == [day(3), day(4)]
