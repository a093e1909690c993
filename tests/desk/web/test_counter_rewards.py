"""At the till: vouchers are used by their code, rewards are given for points, once however often it is clicked, and both are taken back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from regulars.groundwork.kernel import clock
from regulars.loyalty.models import Membership, Program, Voucher, VoucherUse
from regulars.loyalty.services import freeze_program
from regulars.staff.queries import Role

from tests.cast import ACTOR, PASSWORD, Cast, employ
from tests.desk.web.test_counter_pages import error_at, text_of
from tests.loyalty.club import BASE, POINTS, opened, usable
from tests.loyalty.rewarding import COFFEE, JUNE, batch_codes, catalogue, code, given, held, rich

pytestmark = pytest.mark.django_db
CAKE = COFFEE | {"code": "cake", "name": "A cake", "price": {"unit": "points", "units": 700}}
ACT = "0199aaaa-0000-7000-8000-000000000001"


@pytest.fixture(autouse=True)
def fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: JUNE)


@pytest.fixture
def program(cast: Cast) -> Program:
    """Coffee for 500, cake for 700; Ada has 600 points and a voucher of a full card."""
    row = catalogue(cast, extra=(CAKE,), valid_days=14)
    rich(cast, cast.ada, points="600")
    given(row, cast.ada)
    return row


def of(cast: Cast) -> str:
    return reverse("desk:counter_member", args=[cast.ada.public_id])


def giving(cast: Cast, reward: str = "coffee") -> str:
    return reverse("desk:counter_give", args=[cast.ada.public_id, "crumbs", reward])


def use_code(desk: Client, cast: Cast | None, **typed: str) -> Any:
    address = reverse("desk:counter_member_code", args=[cast.ada.public_id]) if cast else reverse("desk:counter_code")
    return desk.post(address, {"act": ACT} | typed)


def as_a(role: Role, cast: Cast, *, market_only: bool = False) -> Client:
    client = Client()
    person = employ(cast.business, f"{role.value} Body", role, [cast.market] if market_only else None)
    client.post("/sign-in/", {"email": person.email, "password": PASSWORD})
    return client


def test_the_page_lists_vouchers_with_their_end_and_rewards_with_what_is_missing(program: Program, cast: Cast, desk: Client) -> None:
    page = text_of(desk.get(of(cast)))
    assert f"{code(Voucher.objects.get())} · until the end of 29 Jun 2026" in page
    assert re.search(r"A coffee 500 Points\s+Give", page)
    assert re.search(r"A cake 700 Points\s+100 Points are missing", page)


def test_a_click_on_a_voucher_uses_it_and_says_what_to_give(program: Program, cast: Cast, desk: Client) -> None:
    answer = use_code(desk, cast, pick=code(Voucher.objects.get()), branch=str(cast.market.public_id))
    page = text_of(desk.get(answer.headers["Location"]))
    assert "Give: A coffee" in page
    assert "One is free, Coffee only. The voucher is used up." in page
    use = VoucherUse.objects.get()
    assert (use.branch, use.customer, use.state) == (cast.market, cast.ada, "used")
    assert held(cast.ada) == []


def test_the_branch_is_remembered_for_the_next_customer(program: Program, cast: Cast, desk: Client) -> None:
    use_code(desk, cast, pick=code(Voucher.objects.get()), branch=str(cast.station.public_id))
    assert re.search(rf'value="{cast.station.public_id}" selected', desk.get(giving(cast)).content.decode())


def test_a_second_click_uses_a_code_once(cast: Cast, desk: Client) -> None:
    several = batch_codes(catalogue(cast), 1, uses_max=5)[0]
    first, again = (use_code(desk, None, code=several) for _click in range(2))
    assert first.headers["Location"] == again.headers["Location"]
    assert Voucher.objects.get().uses_count == 1
    assert "The code can be used 4 more times." in text_of(desk.get(first.headers["Location"]))
    use_code(desk, None, code=several, act="another")
    assert Voucher.objects.get().uses_count == 2


def test_the_code_itself_is_kept_nowhere(cast: Cast, desk: Client) -> None:
    one = batch_codes(catalogue(cast), 1)[0]
    use_code(desk, None, code=one)
    assert one not in VoucherUse.objects.get().key
    assert one.replace("-", "") not in VoucherUse.objects.get().key


def test_after_a_use_another_code_from_the_same_page_is_its_own_use(cast: Cast, desk: Client) -> None:
    one, two = batch_codes(catalogue(cast), 2)
    assert use_code(desk, None, code=one).headers["Location"] != use_code(desk, None, code=two).headers["Location"]
    assert VoucherUse.objects.count() == 2


def test_wrong_used_foreign_and_somebody_elses_codes_get_one_answer_and_stay_typed(program: Program, cast: Cast, desk: Client) -> None:
    bos, spent = code(given(program, cast.bo, key="bo")), batch_codes(program, 1)[0]
    use_code(desk, None, code=spent, act="before")
    said = set()
    for typed in ("AAAA-BBBB-CCCC-D", spent, bos):
        answer = use_code(desk, cast, code=typed, act=f"try {typed}")
        assert answer.status_code == 422
        assert f'value="{typed}"' in answer.content.decode()
        said.add(error_at(answer, "code"))
    assert len(said) == 1
    assert "can&#x27;t be used here" in said.pop()


def test_guessing_is_slowed_down(program: Program, cast: Cast, desk: Client) -> None:
    for number in range(40):
        answer = use_code(desk, None, code=f"AAAA-BBBB-CCC{number}")
    assert "Too many wrong tries" in text_of(answer)
    assert "Too many wrong tries" in text_of(use_code(desk, cast, pick=code(Voucher.objects.get())))


def test_a_reward_is_shown_with_its_price_before_it_is_given(program: Program, cast: Cast, desk: Client) -> None:
    page = text_of(desk.get(giving(cast)))
    assert "It costs 500 Points" in page
    assert "Ada Lindqvist has 600 Points; 100 Points will be left." in page
    assert usable(cast.ada, JUNE) == 600


def test_a_reward_given_is_paid_and_used_at_once_however_often_it_is_clicked(program: Program, cast: Cast, desk: Client) -> None:
    typed = {"act": ACT, "do": "now", "branch": str(cast.station.public_id)}
    first, again = (desk.post(giving(cast), typed) for _click in range(2))
    assert first.headers["Location"] == again.headers["Location"]
    assert usable(cast.ada, JUNE) == 100
    assert VoucherUse.objects.get().branch == cast.station
    page = text_of(desk.get(first.headers["Location"]))
    assert "Give: A coffee" in page
    assert "Paid with 500 Points." in page
    assert "100" in page
    assert held(cast.ada) == ["coffee"], "the one of the card is still there"


def test_a_reward_can_be_kept_as_a_voucher(program: Program, cast: Cast, desk: Client) -> None:
    for _click in range(2):
        answer = desk.post(giving(cast), {"act": ACT, "do": "keep"}, follow=True)
    assert "“A coffee” is kept as a voucher." in text_of(answer)
    assert held(cast.ada) == ["coffee", "coffee"]
    assert usable(cast.ada, JUNE) == 100


def test_taking_back_what_was_given_brings_points_and_stock_back_once(cast: Cast, desk: Client) -> None:
    catalogue(cast, stock=1)
    rich(cast, cast.ada, points="600")
    slip = desk.post(giving(cast), {"act": ACT, "do": "now"}).headers["Location"]
    for _click in range(2):
        answer = desk.post(slip, follow=True)
    page = text_of(answer)
    assert "Taken back: A coffee" in page
    assert "The points that it cost are back." in page
    assert usable(cast.ada, JUNE) == 600
    assert held(cast.ada) == []
    assert re.search(r"1 left\s+Give", text_of(desk.get(of(cast)))), "the piece is in stock again"
    again = desk.post(giving(cast), {"act": ACT, "do": "now"})
    assert again.headers["Location"] == slip, "the old click is the old act"
    assert usable(cast.ada, JUNE) == 600


def test_the_members_entries_say_which_reward_it_was(program: Program, cast: Cast, desk: Client) -> None:
    slip = desk.post(giving(cast), {"act": ACT, "do": "now"}).headers["Location"]
    desk.post(slip)
    page = text_of(desk.get(reverse("desk:customer_points", args=[cast.ada.public_id])))
    assert "500 Points for “A coffee”." in page
    assert "500 Points came back: the reward was taken back." in page


def test_taking_a_use_back_leaves_the_voucher_with_its_member(program: Program, cast: Cast, desk: Client) -> None:
    slip = use_code(desk, cast, pick=code(Voucher.objects.get())).headers["Location"]
    assert "The voucher can be used again" in text_of(desk.post(slip, follow=True))
    assert held(cast.ada) == ["coffee"]
    assert usable(cast.ada, JUNE) == 600


def test_too_few_points_give_nothing_and_say_what_is_missing(program: Program, cast: Cast, desk: Client) -> None:
    page = desk.get(giving(cast, "cake"))
    assert "100 Points are missing" in text_of(page)
    assert "Give it now" not in text_of(page)
    answer = desk.post(giving(cast, "cake"), {"act": ACT, "do": "now"})
    assert answer.status_code == 422
    assert usable(cast.ada, JUNE) == 600
    assert not VoucherUse.objects.exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"stock": 0}, "all gone"),
        ({"period": {"until_on": "2026-06-01"}}, "not at this time"),
        ({"price": {"unit": "points", "units": 900}}, "300 Points are missing"),
    ],
)
def test_what_can_not_be_had_now_says_why(cast: Cast, desk: Client, changes: dict[str, Any], said: str) -> None:
    catalogue(cast, **changes)
    rich(cast, cast.ada, points="600")
    assert said in text_of(desk.get(of(cast)))


@pytest.mark.parametrize(("limit", "said"), [("per_member_max", "had already"), ("per_member_day_max", "had today")])
def test_a_limit_that_is_reached_says_so(cast: Cast, desk: Client, limit: str, said: str) -> None:
    catalogue(cast, **{limit: 1})
    rich(cast, cast.ada, points="2000")
    desk.post(giving(cast), {"act": ACT, "do": "keep"})
    assert said in text_of(desk.get(of(cast)))


def test_a_reward_for_other_tiers_or_an_unknown_one_is_not_theirs(cast: Cast, desk: Client) -> None:
    catalogue(cast, where={"traits": {"risk": ["slipping away"]}})
    rich(cast, cast.ada, points="600")
    assert "Rewards for points" not in text_of(desk.get(of(cast)))
    assert desk.get(giving(cast)).status_code == 404
    assert desk.get(giving(cast, "tea")).status_code == 404


def test_a_reward_of_another_place_can_be_kept_only(cast: Cast, desk: Client) -> None:
    catalogue(cast, where={"branches": ["station"]})
    rich(cast, cast.ada, points="600")
    answer = desk.post(giving(cast), {"act": ACT, "do": "now", "branch": str(cast.market.public_id)})
    assert answer.status_code == 422
    assert "is not given out at this place" in text_of(answer)
    assert usable(cast.ada, JUNE) == 600


def test_a_frozen_program_gives_nothing(program: Program, cast: Cast, desk: Client) -> None:
    freeze_program(program=program, reason="test", at=JUNE, actor=ACTOR)
    assert "spending is stopped" in text_of(desk.get(of(cast)))
    assert desk.post(giving(cast), {"act": ACT, "do": "now"}).status_code == 422


def test_with_several_programs_each_reward_says_which_one_pays(program: Program, cast: Cast, desk: Client) -> None:
    buns = {"code": "buns", "name": "Bun points"}
    roll = COFFEE | {"code": "roll", "name": "A roll", "price": {"unit": "buns", "units": 10}}
    opened(cast, code="rolls", name="Rolls", points=buns, earning=[BASE | {"unit": "buns"}], rewards=[roll])
    rich(cast, cast.ada, points="20")
    page = text_of(desk.get(of(cast)))
    assert "10 Bun points · Rolls" in page
    assert f"500 {POINTS['name']} · Crumbs" in page
    desk.post(reverse("desk:counter_give", args=[cast.ada.public_id, "rolls", "roll"]), {"act": ACT, "do": "now"})
    assert usable(cast.ada, JUNE) == 620


def test_other_kinds_say_what_to_take_off(cast: Cast, desk: Client) -> None:
    off = {"code": "off", "name": "Two off", "kind": "money_off", "amount": "2.00"}
    tenth = {"code": "tenth", "name": "A tenth", "kind": "percent_off", "percent": "10"}
    row = catalogue(cast, extra=(off, tenth))
    for reward, said in (("off", "Take off €2.00"), ("tenth", "Take off 10 %")):
        voucher = given(row, cast.ada, key=reward, reward=reward)
        answer = use_code(desk, cast, pick=code(voucher), act=reward)
        assert said in text_of(desk.get(answer.headers["Location"]))


def test_who_asks_to_joins_once_and_is_a_member(cast: Cast, desk: Client) -> None:
    opened(cast, joining="by_request")
    page = text_of(desk.get(of(cast)))
    assert "Not a member: they take part when they ask to." in page
    assert "Join “Crumbs”" in page
    address = reverse("desk:join_loyalty", args=[cast.ada.public_id])
    for _click in range(2):
        answer = desk.post(address, {"program": "crumbs", "next": of(cast)}, follow=True)
    assert answer.redirect_chain[-1][0] == of(cast)
    assert "takes part in “Crumbs” now" in text_of(answer)
    assert Membership.objects.get().customer == cast.ada
    assert "Join “Crumbs”" not in text_of(desk.get(of(cast)))
    assert "Join “Crumbs”" not in text_of(desk.get(reverse("desk:customer", args=[cast.ada.public_id])))


def test_the_customers_page_offers_joining_too_and_only_to_who_may(cast: Cast) -> None:
    opened(cast, joining="by_request")
    address = reverse("desk:customer", args=[cast.ada.public_id])
    assert "Join “Crumbs”" in text_of(as_a(Role.AGENT, cast).get(address))
    reader = as_a(Role.READ_ONLY, cast)
    assert "Join “Crumbs”" not in text_of(reader.get(address))
    assert reader.post(reverse("desk:join_loyalty", args=[cast.ada.public_id]), {"program": "crumbs"}).status_code == 403


def test_a_program_that_is_not_there_can_not_be_joined_nor_another_hosts_page_be_next(cast: Cast, desk: Client) -> None:
    opened(cast, joining="by_request")
    address = reverse("desk:join_loyalty", args=[cast.ada.public_id])
    assert desk.post(address, {"program": "nothing"}).status_code == 404
    answer = desk.post(address, {"program": "crumbs", "next": "https://elsewhere.example/"})
    assert answer.headers["Location"] == f"/customers/{cast.ada.public_id}/"


def test_another_business_uses_nothing_of_it(program: Program, cast: Cast, desk: Client) -> None:
    slip = use_code(desk, cast, pick=code(Voucher.objects.get())).headers["Location"]
    paper = batch_codes(program, 1)[0]
    stranger = Client()
    stranger.post("/sign-in/", {"email": cast.mallory.email, "password": PASSWORD})
    assert stranger.get(slip).status_code == 404
    assert stranger.post(slip).status_code == 404
    assert stranger.get(giving(cast)).status_code == 404
    assert use_code(stranger, None, code=paper).status_code == 422
    assert VoucherUse.objects.filter(state="used").count() == 1


def test_the_page_costs_the_same_queries_with_few_and_many_vouchers(program: Program, cast: Cast, desk: Client) -> None:
    desk.get(of(cast))
    with CaptureQueriesContext(connection) as little:
        desk.get(of(cast))
    for number in range(8):
        given(program, cast.ada, key=f"more{number}")
    with CaptureQueriesContext(connection) as much:
        desk.get(of(cast))
    assert len(much) == len(little) <= 28, "\n".join(query["sql"][:150] for query in much)
