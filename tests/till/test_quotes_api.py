"""Quotes by the API: what would happen, with reasons, and that a sale comes to what was quoted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from regulars.groundwork.kernel import clock
from regulars.loyalty.models import Entry, OfferUse

from tests.cast import Cast
from tests.till.loyalty_till import AT, Till, at_the_till

pytestmark = pytest.mark.django_db
BREAD = {"code": "bread", "name": "Members' bread", "goods": {"products": ["bread"]}, "percent": 50, "limit": 2}
LINES = [{"product": "bread", "amount": "3.00"}, {"product": "cake", "amount": "10.00"}]


def basket(customer: str = "A-1001", **more: Any) -> dict[str, Any]:
    return {"customer": customer, "currency": "EUR", "lines": LINES, "source": "till"} | more


@pytest.fixture(autouse=True)
def clock_stands() -> Iterator[None]:
    with clock.standing_at(AT):
        yield


@pytest.fixture
def offering(cast: Cast) -> Till:
    return at_the_till(cast, specials=[BREAD], discounts=[{"code": "third", "name": "Every third", "every": 3, "percent": 10}])


def test_a_quote_prices_earns_and_says_why_not(offering: Till) -> None:
    answer = offering.post("quotes", basket(), key=None)
    assert answer.status_code == 200, answer.content
    said = answer.json()
    assert (said["total"], said["discount"]) == ("11.50", "1.50")
    assert [line["to_pay"] for line in said["lines"]] == ["1.50", "10.00"]
    (program,) = said["programs"]
    assert [(one["offer"], one["amount"]) for one in program["applied"]] == [("bread", "1.50")]
    assert [(one["offer"], one["lacks"]) for one in program["not_applied"]] == [("third", 2)]
    assert [(one["unit"], one["units"]) for one in program["earned"]] == [("points", "11")]
    assert not Entry.objects.exists()


def test_a_guest_pays_full_prices_and_a_stranger_is_not_found(offering: Till) -> None:
    assert offering.post("quotes", basket(""), key=None).json()["total"] == "13.00"
    assert offering.post("quotes", basket("nobody"), key=None).status_code == 404


def test_a_sale_comes_to_what_was_quoted_or_is_refused(offering: Till) -> None:
    quote = offering.post("quotes", basket(), key=None).json()
    sale = offering.sale("A-1001", "13.00", lines=LINES, offers={"quoted_at": quote["quoted_at"], "expected_total": "11.00"})
    refused = offering.post("sales", sale)
    assert (refused.status_code, refused.json()["code"], refused.json()["total"]) == (409, "total_differs", "11.50")
    sale["offers"]["expected_total"] = quote["total"]
    done = offering.post("sales", sale)
    assert (done.status_code, done.json()["purchase"]["amount"]) == (201, "11.50")
    assert OfferUse.objects.get().offer == "bread"
    again = offering.post("sales", sale)
    assert (again.status_code, again.json()["purchase"]["amount"]) == (200, "11.50")


def test_without_the_wish_a_sale_gets_no_offers(offering: Till) -> None:
    assert offering.sell("A-1001", "13.00", lines=LINES)["purchase"]["amount"] == "13.00"


@pytest.mark.parametrize(
    "lines",
    [[], [{"product": "bread", "amount": "-3.00"}], [{"product": "bread", "amount": "3.001"}], [{"product": "bread", "amount": True}]],
)
def test_baskets_that_are_none_are_refused(offering: Till, lines: list[dict[str, Any]]) -> None:
    assert offering.post("quotes", basket(lines=lines), key=None).status_code == 422
