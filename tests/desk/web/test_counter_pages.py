"""At the till: find, look, sell once, print, take back; every refusal beside its field, nothing typed is lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from regulars.groundwork.kernel import clock
from regulars.loyalty.models import Entry
from regulars.loyalty.services import adjust_units, freeze_program
from regulars.purchases.models import Purchase
from regulars.staff.queries import Role

from tests.cast import ACTOR, PASSWORD, Cast, employ
from tests.loyalty.club import balance, opened

COFFEE = {
    "code": "coffee",
    "name": "Coffee card",
    "goods": {"categories": ["coffee"]},
    "target": 3,
    "reward": {"code": "free-coffee"},
}
REWARD = {"code": "free-coffee", "name": "A free coffee", "kind": "goods", "goods": {"categories": ["coffee"]}}
ACT = "261123-AAAAAAAAAA"


@pytest.fixture
def club(cast: Cast) -> None:
    opened(cast, cards=[COFFEE], rewards=[REWARD])


def of(cast: Cast) -> str:
    return reverse("desk:counter_member", args=[cast.ada.public_id])


def sold(desk: Client, cast: Cast, **typed: Any) -> Any:
    return desk.post(of(cast), {"do": "sell", "act": ACT} | typed)


def give(cast: Cast, units: int) -> None:
    program = opened(cast, cards=[COFFEE], rewards=[REWARD])
    adjust_units(program=program, customer=cast.ada, unit="points", units=units, reason="Test", at=clock.now(), actor=ACTOR)


def text_of(response: Any) -> str:
    words = re.sub(r"<script.*?</script>|<[^>]+>", " ", response.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", words.replace("&nbsp;", " ").replace("\xa0", " "))


def error_at(response: Any, field: str) -> str:
    found = re.search(rf'id="id_{field}_error">.*?<span>(.*?)</span>', response.content.decode(), re.DOTALL)
    return found[1] if found else ""


def test_a_card_number_leads_straight_to_its_owner(desk: Client, cast: Cast) -> None:
    assert desk.get("/counter/?q=A-1001").headers["Location"] == of(cast)
    page = desk.get("/counter/?q=lindq")
    assert of(cast) in page.content.decode()
    assert "Nobody found" in desk.get("/counter/?q=zzzz").content.decode()
    assert re.search(r"<input[^>]*id=\"find\"[^>]*autofocus", desk.get("/counter/").content.decode())


def test_without_a_program_the_till_says_so(desk: Client, cast: Cast) -> None:
    page = text_of(desk.get(of(cast)))
    assert "There is no loyalty program yet." in page
    assert "Sell" not in page


@pytest.mark.usefixtures("club")
def test_looking_shows_what_would_happen_and_writes_nothing(desk: Client, cast: Cast) -> None:
    give(cast, 200)
    before = Entry.objects.count()
    typed = {"do": "look", "act": ACT, "count": "1", "product_1": "Latte", "category_1": "coffee", "quantity_1": "2", "price_1": "9,00"}
    page = text_of(desk.post(of(cast), typed | {"units": "30", "purse": "crumbs:points"}))
    assert "To pay €6.00" in page
    assert "Earned 6 Points" in page
    assert "2 stamps (2 of 3 stamps)" in page
    assert Purchase.objects.count() == 0
    assert Entry.objects.count() == before


@pytest.mark.usefixtures("club")
def test_what_looking_said_is_what_selling_does(desk: Client, cast: Cast) -> None:
    give(cast, 200)
    typed = {
        "act": ACT,
        "count": "2",
        "units": "30",
        "purse": "crumbs:points",
        "price_1": "9.00",
        "category_1": "coffee",
        "quantity_1": "4",
    }
    typed |= {"price_2": "4.50", "product_2": "Rye"}
    look = text_of(desk.post(of(cast), typed | {"do": "look"}))
    slip = text_of(desk.post(of(cast), typed | {"do": "sell"}, follow=True))
    for words in ("10 Points", "4 stamps", "1 full card"):
        assert words in look, look
        assert words in slip, slip
    assert "To pay: €10.50" in slip
    assert "It gives 1 × A free coffee." in slip
    assert "1 of 3 stamps" in slip
    assert balance(cast.ada, clock.now()).usable == 200 - 30 + 10


@pytest.mark.usefixtures("club")
def test_a_second_click_sells_once(desk: Client, cast: Cast) -> None:
    give(cast, 100)
    first = sold(desk, cast, amount="12", units="100", purse="crumbs:points")
    again = sold(desk, cast, amount="12", units="100", purse="crumbs:points")
    assert first.status_code == again.status_code == 302
    assert first.headers["Location"] == again.headers["Location"]
    row = Purchase.objects.get()
    assert (row.amount_minor, row.receipt) == (200, ACT)
    assert balance(cast.ada, clock.now()).usable == 2


@pytest.mark.usefixtures("club")
@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"amount": "", "receipt": "R-9"}, "amount", "Write the amount"),
        ({"amount": "ten"}, "amount", "plain amount"),
        ({"amount": "-3"}, "amount", "without a sign"),
        ({"amount": "50", "units": "500"}, "units", "200 can be used now"),
        ({"amount": "5", "units": "80"}, "units", "more than the amount"),
        ({"amount": "5", "units": "1.5"}, "units", "as a plain number"),
        ({"amount": "5", "count": "1", "product_1": "Rye", "price_1": "4"}, "amount", "The lines come to €4.00"),
        ({"count": "1", "product_1": "Rye"}, "price_1", "What does this line cost"),
        ({"count": "1", "quantity_1": "0", "price_1": "4"}, "quantity_1", "above zero"),
    ],
    ids=["nothing", "words", "sign", "too-many", "too-much", "half", "sum", "no-price", "no-quantity"],
)
@pytest.mark.parametrize("act", ["look", "sell"])
def test_a_refusal_stands_beside_its_field_and_loses_nothing(
    desk: Client, cast: Cast, typed: dict[str, str], field: str, says: str, act: str
) -> None:
    give(cast, 200)
    response = desk.post(of(cast), {"do": act, "act": ACT, "purse": "crumbs:points"} | typed)
    assert response.status_code == 422
    assert says in error_at(response, field), response.content.decode()
    for name, value in typed.items():
        assert re.search(rf'name="{name}"[^>]*value="{re.escape(value)}"', response.content.decode()) or not value, name
    assert Purchase.objects.count() == 0


def test_offers_come_off_when_looking_and_when_selling(desk: Client, cast: Cast) -> None:
    opened(cast, specials=[{"code": "tenth", "name": "A tenth off", "percent": 10}])
    looked = desk.post(of(cast), {"do": "look", "act": ACT, "amount": "20"})
    assert "To pay €18.00" in text_of(looked)
    assert "A tenth off −€2.00" in text_of(looked)
    assert 'name="told" value="1800"' in looked.content.decode()
    other = sold(desk, cast, amount="30", told="1800")
    assert other.status_code == 422
    assert "It would come to 27.00 now." in error_at(other, "amount")
    assert 'name="told"' not in other.content.decode(), "having read so, they may sell"
    slip = text_of(desk.post(of(cast), {"do": "sell", "act": ACT, "amount": "20", "told": "1800"}, follow=True))
    assert "To pay: €18.00" in slip
    assert "Price €20.00 A tenth off −€2.00" in slip
    assert "Earned 18 Points" in slip
    page = desk.post(of(cast), {"do": "fit", "act": "B", "amount": "2", "purse": "crumbs:points"}).content.decode()
    assert re.search(r'name="units"[^>]*value="18"', page)


@pytest.mark.usefixtures("club")
def test_another_sale_on_the_same_receipt_is_refused_beside_it(desk: Client, cast: Cast) -> None:
    sold(desk, cast, amount="12", receipt="R-1")
    response = sold(desk, cast, amount="13", receipt="R-1")
    assert response.status_code == 422
    assert "recorded before with other content" in error_at(response, "receipt")


@pytest.mark.usefixtures("club")
def test_a_frozen_program_says_so_beside_the_points(desk: Client, cast: Cast) -> None:
    give(cast, 100)
    program = opened(cast, cards=[COFFEE], rewards=[REWARD])
    freeze_program(program=program, reason="Books", at=clock.now(), actor=ACTOR)
    for act in ("look", "sell"):
        response = desk.post(of(cast), {"do": act, "act": ACT, "amount": "12", "units": "10", "purse": "crumbs:points"})
        assert "stopped until its books" in error_at(response, "units")


@pytest.mark.usefixtures("club")
def test_a_line_more_and_all_points_that_fit_come_without_script(desk: Client, cast: Cast) -> None:
    give(cast, 200)
    page = desk.post(
        of(cast), {"do": "line", "act": ACT, "count": "1", "product_1": "Rye", "price_1": "x", "receipt": "R-7"}
    ).content.decode()
    assert 'name="product_2"' in page
    assert 'value="Rye"' in page
    assert 'value="x"' in page
    assert f'value="{ACT}"' in page
    page = desk.post(of(cast), {"do": "fit", "act": ACT, "amount": "7.55", "purse": "crumbs:points"}).content.decode()
    assert re.search(r'name="units"[^>]*value="75"', page)
    page = desk.post(of(cast), {"do": "fit", "act": ACT, "amount": "99", "purse": "crumbs:points", "units": "junk"}).content.decode()
    assert re.search(r'name="units"[^>]*value="200"', page)
    assert Purchase.objects.count() == 0


@pytest.mark.usefixtures("club")
def test_a_cashier_sells_for_their_own_branch(cast: Cast) -> None:
    tom = Client()
    tom.post("/sign-in/", {"email": cast.tom.email, "password": PASSWORD})
    response = tom.post(of(cast), {"do": "sell", "act": ACT, "amount": "12", "branch": str(cast.market.public_id)})
    assert response.status_code == 302
    assert Purchase.objects.get().branch == cast.market
    foreign = tom.post(of(cast), {"do": "sell", "act": "B", "amount": "12", "branch": str(cast.station.public_id)})
    assert foreign.status_code == 422
    assert f'value="{cast.market.public_id}" selected' in tom.get(of(cast)).content.decode()


@pytest.mark.usefixtures("club")
def test_lines_come_back_with_money_points_and_stamps(desk: Client, cast: Cast) -> None:
    give(cast, 100)
    lines = {
        "count": "2",
        "price_1": "10",
        "product_1": "Latte",
        "category_1": "coffee",
        "quantity_1": "2",
        "price_2": "10",
        "product_2": "Rye",
    }
    sold(desk, cast, units="100", purse="crumbs:points", **lines)
    row = Purchase.objects.get()
    place = reverse("desk:counter_refund", args=[row.public_id])
    page = text_of(desk.get(place))
    assert "How many of: Latte" in page
    assert "2 left, paid €5.00" in page
    wrong = desk.post(place, {"do": "part", "act": "X", "line_1": "3"})
    assert wrong.status_code == 422
    assert "Less is left" in error_at(wrong, "line_1")
    slip = text_of(desk.post(place, {"do": "part", "act": "X", "line_1": "1"}, follow=True))
    assert "Pay back: €2.50" in slip
    assert "25 Points given back" in slip
    assert "1 stamp (Coffee card) taken back" in slip
    again = desk.post(place, {"do": "part", "act": "X", "line_1": "1"}, follow=True)
    assert "Pay back: €2.50" in text_of(again)
    assert Purchase.objects.count() == 2
    rest = text_of(desk.post(place, {"do": "all", "act": "Y"}, follow=True))
    assert "Pay back: €7.50" in rest
    assert desk.post(place, {"do": "all", "act": "Z"}).status_code == 422


@pytest.mark.usefixtures("club")
@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({}, "Say what comes back"),
        ({"amount": "13"}, "More would be paid back"),
        ({"amount": "0"}, "above zero"),
        ({"amount": "x"}, "x"),
    ],
    ids=["nothing", "too-much", "zero", "words"],
)
def test_a_refund_that_cannot_be_says_why_beside_the_amount(desk: Client, cast: Cast, typed: dict[str, str], says: str) -> None:
    sold(desk, cast, amount="12")
    place = reverse("desk:counter_refund", args=[Purchase.objects.get().public_id])
    response = desk.post(place, {"do": "part", "act": "X"} | typed)
    assert response.status_code == 422
    assert says in error_at(response, "amount")
    assert Purchase.objects.count() == 1


@pytest.mark.usefixtures("club")
def test_a_sale_paid_with_points_alone_comes_back_whole(desk: Client, cast: Cast) -> None:
    give(cast, 100)
    sold(desk, cast, amount="10", units="100", purse="crumbs:points")
    row = Purchase.objects.get()
    page = desk.post(reverse("desk:counter_refund", args=[row.public_id]), {"do": "all", "act": "X"}, follow=True)
    assert "The points that paid this sale are back." in text_of(page)
    assert balance(cast.ada, clock.now()).usable == 100


@pytest.mark.usefixtures("club")
def test_nobody_else_stands_at_the_till(cast: Cast, desk: Client) -> None:
    sold(desk, cast, amount="12")
    row = Purchase.objects.get()
    stranger = Client()
    stranger.post("/sign-in/", {"email": cast.mallory.email, "password": PASSWORD})
    for route, number in (("counter_member", cast.ada.public_id), ("counter_sale", row.public_id), ("counter_refund", row.public_id)):
        assert stranger.get(reverse(f"desk:{route}", args=[number])).status_code == 404
    reader = Client()
    reader.post("/sign-in/", {"email": employ(cast.business, "Rea Reader", Role.READ_ONLY).email, "password": PASSWORD})
    assert reader.get("/counter/").status_code == 403
    assert "At the till" not in reader.get("/").content.decode()
    assert "At the till" in desk.get("/").content.decode()


@pytest.mark.usefixtures("club")
def test_the_members_screen_costs_the_same_with_much_history(desk: Client, cast: Cast) -> None:
    sold(desk, cast, amount="12")
    desk.get(of(cast))
    with CaptureQueriesContext(connection) as little:
        desk.get(of(cast))
    for n in range(5):
        sold(desk, cast, act=f"S-{n}", count="1", price_1="12", category_1="coffee")
    with CaptureQueriesContext(connection) as much:
        desk.get(of(cast))
    assert len(much) <= len(little) + 1, "\n".join(one["sql"][:150] for one in much)
    assert len(much) <= 24
