"""Vouchers by the API: used once, one answer for every wrong code, guessing slowed down; cards with what they gave."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from regulars.groundwork.kernel import clock

from tests.cast import Cast
from tests.till.loyalty_till import AT, Till, at_the_till

pytestmark = pytest.mark.django_db
COFFEE = {"code": "coffee", "name": "Coffee card", "goods": {"products": ["coffee"]}, "target": 2, "reward": {"code": "free"}}
FREE = {"code": "free", "name": "A coffee", "kind": "goods", "goods": {"products": ["coffee"]}, "cost": "0.60"}


@pytest.fixture(autouse=True)
def clock_stands() -> Iterator[None]:
    with clock.standing_at(AT):
        yield


@pytest.fixture
def till(cast: Cast) -> Till:
    return at_the_till(cast, cards=[COFFEE], rewards=[FREE])


def code_of_a_full_card(till: Till) -> str:
    till.sell("A-1001", "9.00", lines=[{"product": "coffee", "amount": "3.00"}] * 3)
    said = till.get("members/A-1001/cards").json()
    assert [(one["card"], one["stamps"], one["target"], one["owed"]) for one in said["items"]] == [("coffee", 1, 2, 0)]
    (voucher,) = said["vouchers"]
    return str(voucher["code"])


def test_b1_a_full_card_gives_a_code_that_can_be_used_once(till: Till) -> None:
    code = code_of_a_full_card(till)
    used = till.post("vouchers/redeem", {"code": code.lower(), "customer": "A-1001"}, key="one")
    assert (used.status_code, used.json()["reward"], used.json()["uses_left"]) == (201, "free", 0)
    assert till.post("vouchers/redeem", {"code": code.lower(), "customer": "A-1001"}, key="one").json() == used.json()
    again = till.post("vouchers/redeem", {"code": code})
    assert (again.status_code, again.json()["code"]) == (422, "voucher_refused")
    assert till.get("members/A-1001/cards").json()["vouchers"] == []


def test_one_answer_for_wrong_and_foreign_codes(till: Till) -> None:
    code = code_of_a_full_card(till)
    answers = [
        till.post("vouchers/redeem", {"code": text, "customer": who})
        for text, who in ((code, "B-1002"), ("ABCD-EFGH-JKMN-P", ""), ("?", ""))
    ]
    assert len({(one.status_code, one.json()["detail"]) for one in answers}) == 1


def test_b4_guessing_is_slowed_down_before_the_thirtieth_try(till: Till) -> None:
    statuses = [till.post("vouchers/redeem", {"code": f"ABCD-EFGH-JKMN-{n}"}).status_code for n in range(30)]
    assert statuses[0] == 422
    assert statuses[-1] == 429


def test_a_key_is_needed(till: Till) -> None:
    assert till.post("vouchers/redeem", {"code": "x"}, key=None).status_code == 400
