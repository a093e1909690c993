"""The customer page tells about points, cards and tier; staff with the right give, take and move by hand."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from regulars.groundwork.kernel import clock
from regulars.loyalty.models import Entry
from regulars.staff.queries import Role

from tests.cast import PASSWORD, Cast, employ
from tests.desk.web.test_counter_pages import COFFEE, REWARD, error_at, text_of
from tests.loyalty.club import DAY, balance, bought, opened, refunded

LADDER = {
    "currency": "rank",
    "tiers": [{"code": "gold", "name": "Gold", "from_units": 50}, {"code": "plum", "name": "Plum", "from_units": 200}],
}
RANK = {"code": "rank", "name": "Rank points", "kind": "qualifying"}
POINTS = {"code": "points", "name": "Points", "worth": "0.10", "cost": "0.01", "expiry": {"kind": "fixed", "months": 6}}
RULES = [
    {"code": "base", "name": "One point per euro", "unit": "points", "points": 1, "per_amount": 1},
    {"code": "rank", "name": "Rank", "unit": "rank", "points": 1, "per_amount": 1},
]


def started(cast: Cast, **changes: Any) -> Any:
    whole: dict[str, Any] = {"units": [POINTS, RANK], "earning": RULES, "ladder": LADDER, "cards": [COFFEE], "rewards": [REWARD]}
    return opened(cast, **(whole | changes))


def page(desk: Client, cast: Cast) -> str:
    return text_of(desk.get(reverse("desk:customer", args=[cast.ada.public_id])))


def as_a(role: Role, cast: Cast) -> Client:
    client = Client()
    client.post("/sign-in/", {"email": employ(cast.business, "Some Body", role).email, "password": PASSWORD})
    return client


def test_without_a_program_or_a_membership_the_panel_says_so(desk: Client, cast: Cast) -> None:
    assert "There is no loyalty program yet." in page(desk, cast)
    started(cast)
    assert "Not a member yet: they join with their first purchase." in page(desk, cast)


def test_the_panel_shows_balances_cards_tier_and_reasons(desk: Client, cast: Cast) -> None:
    started(cast)
    bought(cast, cast.ada, "80.00", at=clock.now() - DAY)
    latte = bought(cast, cast.ada, "12.00", at=clock.now(), lines=[("Latte", "12.00")])
    refunded(cast, latte, "12.00", at=clock.now())
    words = page(desk, cast)
    assert "Gold" in words
    assert "promised until" in words
    assert "120 Rank points are missing to Plum." in words
    assert "Points 80 pay €8.00" in words
    assert "80 Points end on" in words
    assert "0 of 3 stamps" in words
    assert "A full card gives: A free coffee" in words
    assert "12 Points were taken back: the purchase that earned them was refunded." in words
    html = desk.get(reverse("desk:customer", args=[cast.ada.public_id])).content.decode()
    assert 'role="img" aria-label="0 of 3 stamps"' in html


def test_all_entries_are_paged_and_sorted_out_by_unit(desk: Client, cast: Cast) -> None:
    started(cast)
    for n in range(12):
        bought(cast, cast.ada, "5.00", at=clock.now() - n * DAY)
    place = reverse("desk:customer_points", args=[cast.ada.public_id])
    first = desk.get(place)
    assert "5 Points by: One point per euro." in text_of(first)
    assert "crumbs, version 1" in text_of(first)
    assert first.context["next_cursor"]
    second = desk.get(f"{place}?before={first.context['next_cursor']}")
    numbers = [one.pk for one in (*first.context["entries"], *second.context["entries"])]
    assert numbers == sorted(Entry.objects.values_list("pk", flat=True), reverse=True)
    only = desk.get(f"{place}?unit=rank").context["entries"]
    assert {one.account.unit for one in only} == {"rank"}
    assert "Nothing of this kind" in text_of(desk.get(f"{place}?unit=none"))
    assert desk.get(f"{place}?before=x").status_code == 404


def test_supervisors_give_and_take_with_a_reason_and_undo_is_prefilled(cast: Cast) -> None:
    started(cast, adjustment_units_max=100)
    client = as_a(Role.SUPERVISOR, cast)
    place = reverse("desk:adjust_points", args=[cast.ada.public_id])
    given = {"way": "give", "units": "40", "unit": "crumbs:points", "reason": "Waited long", "act": "1"}
    for _click in range(2):
        assert client.post(place, given).status_code == 302
    assert balance(cast.ada, clock.now()).usable == 40
    undo = f"{place}?undo={Entry.objects.latest('pk').pk}"
    assert undo in client.get(reverse("desk:customer_points", args=[cast.ada.public_id])).content.decode()
    form = client.get(undo).context["form"]
    assert (form["way"].value(), form["units"].value(), form["unit"].value()) == ("take", "40", "crumbs:points")
    assert form["reason"].value() == "Taken back: Waited long"
    assert client.post(place, given | {"way": "take", "act": "2"}).status_code == 302
    assert balance(cast.ada, clock.now()).usable == 0
    for changes, field, says in (
        ({"reason": ""}, "reason", "required"),
        ({"units": "0"}, "units", "above zero"),
        ({"units": "1.5"}, "units", "above zero"),
    ):
        wrong = client.post(place, given | {"act": "3"} | changes)
        assert wrong.status_code == 422
        assert says in error_at(wrong, field)
    assert "it waits for somebody else" in text_of(client.post(place, given | {"act": "3", "units": "101"}, follow=True))
    assert "0 can be used now" in text_of(client.post(place, given | {"act": "4", "way": "take"}))


def test_points_move_to_the_member_with_the_card(cast: Cast, desk: Client) -> None:
    started(cast)
    bought(cast, cast.ada, "80.00", at=clock.now())
    place = reverse("desk:transfer_points", args=[cast.ada.public_id])
    given = {"units": "30", "unit": "crumbs:points", "to": "B-1002", "act": "1"}
    assert "Nobody has this card" in error_at(desk.post(place, given | {"to": "Z-9"}), "to")
    assert "Name another member" in error_at(desk.post(place, given | {"to": "A-1001"}), "to")
    for _click in range(2):
        assert desk.post(place, given).status_code == 302
    assert balance(cast.ada, clock.now()).usable == 50
    assert balance(cast.bo, clock.now()).usable == 30


@pytest.mark.parametrize("role", [Role.AGENT, Role.CASHIER, Role.READ_ONLY])
def test_others_see_points_and_change_none(cast: Cast, role: Role) -> None:
    started(cast)
    client = as_a(role, cast)
    bought(cast, cast.ada, "80.00", at=clock.now())
    assert client.get(reverse("desk:customer_points", args=[cast.ada.public_id])).status_code == 200
    for route in ("adjust_points", "transfer_points"):
        assert client.post(reverse(f"desk:{route}", args=[cast.ada.public_id]), {}).status_code == 403
    assert "Give or take points" not in text_of(client.get(reverse("desk:customer", args=[cast.ada.public_id])))


def test_the_panel_costs_the_same_with_much_history(desk: Client, cast: Cast) -> None:
    started(cast)
    bought(cast, cast.ada, "5.00", at=clock.now())
    place, all_entries = (reverse(f"desk:{name}", args=[cast.ada.public_id]) for name in ("customer", "customer_points"))
    counts = []
    for n in range(2):
        for m in range(6 * n):
            bought(cast, cast.ada, "5.00", at=clock.now() - m * DAY)
        for address in (place, all_entries):
            desk.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert desk.get(address).status_code == 200
            counts.append(len(queries))
    assert counts[:2] == counts[2:]
    assert counts[0] <= 42
