"""The page of rewards and vouchers (R15): figures with what they cost, by reward, place and period; pictures, file, rights."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from regulars.groundwork.kernel import clock
from regulars.loyalty.models import Program
from regulars.loyalty.services import expire_vouchers, reserve_voucher, void_voucher
from regulars.staff.queries import Role

from tests.cast import ACTOR, PASSWORD, Cast, employ
from tests.desk.web.test_counter_pages import text_of
from tests.loyalty.club import DAY, opened
from tests.loyalty.rewarding import COFFEE, JUNE, batch_codes, catalogue, code, given, had, rich, used

pytestmark = pytest.mark.django_db
NOW = JUNE + 60 * DAY
PAGE = "/loyalty/crumbs/rewards/"
CAKE = COFFEE | {"code": "cake", "name": "A cake", "cost": "2", "valid_days": 10}


@pytest.fixture(autouse=True)
def fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def program(cast: Cast) -> Program:
    """In June: two coffees used at two places, one withdrawn, one had for points and open; a cake that ended; in August one reserved."""
    row = catalogue(cast, extra=(CAKE,), stock=9)
    rich(cast, cast.ada)
    used(cast, code(given(row, cast.ada, key="1")), branch=cast.market, at=JUNE + DAY)
    used(cast, code(given(row, cast.ada, key="2")), branch=cast.station, at=JUNE + 35 * DAY)
    void_voucher(voucher=given(row, cast.ada, key="3"), reason="test", at=JUNE, actor=ACTOR)
    had(row, cast.ada)
    given(row, cast.ada, key="4", reward="cake")
    late = given(row, cast.ada, key="5", at=NOW - DAY)
    reserve_voucher(scope=cast.scope, code=code(late), minutes=60, at=NOW - DAY / 100, actor=ACTOR)
    expire_vouchers(at=NOW)
    return row


def table(answer: Any, title: str) -> dict[str, list[str]]:
    """The rows of a table of the page: the cells by what stands first."""
    part = answer.content.decode().split(f">{title}</h2>")[1].split("</table>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", part, re.DOTALL)
    cells = [
        [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)] for row in rows
    ]
    return {row[0]: row[1:] for row in cells}


def test_each_reward_is_told_with_its_cost_its_stock_and_what_is_open(program: Program, desk: Client) -> None:
    rows = table(desk.get(PAGE), "By reward")
    assert rows["Reward"] == ["Given", "Reserved", "Used", "Cost", "Ended", "Withdrawn", "Used soon", "Can still be used", "Left in stock"]
    assert rows["A coffee"] == ["5", "1", "2", "€1.60", "0", "1", "1 of 3", "1", "8"]
    assert rows["A cake"] == ["1", "0", "0", "€0.00", "1", "0", "0 of 1", "0", "no limit"]


def test_places_and_months_are_told_apart(program: Program, desk: Client) -> None:
    answer = desk.get(PAGE)
    places = table(answer, "By place")
    assert places["Market Square"] == ["0", "1", "€0.80"]
    assert places["Station"] == ["0", "1", "€0.80"]
    assert places["None in particular"] == ["1", "0", "€0.00"]
    months = table(answer, "By month")
    assert months["June 2026"] == ["5", "0", "1", "€0.80", "1", "1"]
    assert months["July 2026"] == ["0", "0", "1", "€0.80", "0", "0"]
    assert months["August 2026"] == ["1", "1", "0", "€0.00", "0", "0"]
    assert months["All days"] == ["6", "1", "2", "€1.60", "1", "1"]
    assert "members of “Crumbs” used 2 rewards, which cost €1.60; 1 can still be used." in text_of(answer)
    assert "Most were used in June 2026: 1." in text_of(answer)


def test_weeks_begin_on_monday_by_the_programs_wall(program: Program, desk: Client) -> None:
    weeks = table(desk.get(f"{PAGE}?from=2026-06-17&to=2026-06-30&step=week"), "By week")
    assert list(weeks) == ["Week from", "29 Jun 2026", "22 Jun 2026", "15 Jun 2026", "All days"]
    assert weeks["22 Jun 2026"][-1] == "1", "the cake ended on the 25th"
    assert weeks["15 Jun 2026"] == ["0", "0", "€0.00", "0"], "what was used on the 16th lies before the first day"


def test_the_rate_has_its_number_its_interval_and_a_verdict(program: Program, cast: Cast, desk: Client) -> None:
    page = text_of(desk.get(PAGE))
    assert "Used within 30 days 25 % 5–70 % · n = 4" in page, "the withdrawn one and yesterday's are not counted"
    assert "too few to tell" in page
    assert "A coffee, n = 3" not in page, "of so few no picture is drawn"
    for number in range(3):
        given(program, cast.ada, key=f"more{number}")
    assert "A coffee, n = 6" in text_of(desk.get(PAGE))


def test_a_rate_that_rose_is_told_from_chance(cast: Cast, desk: Client) -> None:
    row = catalogue(cast)
    for number in range(24):
        when = JUNE - DAY if number < 12 else JUNE
        voucher = given(row, cast.ada, key=str(number), at=when)
        if number >= 13:
            used(cast, code(voucher), at=when + DAY)
    page = text_of(desk.get(f"{PAGE}?from=2026-06-15&to=2026-06-15"))
    assert "n = 12 more than before" in page
    assert "where it was 0 of 12" in page


def test_codes_for_many_uses_are_counted_by_uses(cast: Cast, desk: Client) -> None:
    row = catalogue(cast)
    codes = batch_codes(row, 3, uses_max=10)
    used(cast, codes[0])
    rows = table(desk.get(PAGE), "By reward")
    assert rows["A coffee"] == ["30", "1", "€0.80", "1 of 3", "29", "no limit"]


def test_a_reward_that_the_program_gives_no_more_is_still_told(program: Program, cast: Cast, desk: Client) -> None:
    opened(cast, at=NOW - DAY, rewards=[COFFEE])
    rows = table(desk.get(PAGE), "By reward")
    assert rows["cake no longer given"][0] == "1"


def test_what_points_will_cost_stands_below(program: Program, desk: Client) -> None:
    rich_page = text_of(desk.get(PAGE))
    assert "Liability for Points" in rich_page
    assert "/loyalty/crumbs/statement/" in desk.get(PAGE).content.decode()


def test_the_file_has_a_line_for_each_month_reward_and_place(program: Program, desk: Client) -> None:
    answer = desk.get(f"{PAGE}export/?from=2026-06-01&to=2026-07-31")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    told = {(row["month_begins_on"], row["reward"], row["branch"]): row for row in rows}
    assert told["2026-06-01", "coffee", ""]["issued"] == "4"
    assert (told["2026-06-01", "coffee", "market"]["redeemed"], told["2026-06-01", "coffee", "market"]["redeemed_cost"]) == ("1", "0.80")
    assert told["2026-07-01", "coffee", "station"]["redeemed"] == "1"
    assert told["2026-06-01", "cake", ""]["expired_cost"] == "2.00"
    assert 'filename="crumbs-rewards-2026-06-01-2026-07-31.csv"' in answer["Content-Disposition"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=2020-01-01&to=2026-06-15", "Ask for at most 1100 days; these are 2358."),
        ("from=2026-06-15&to=2026-06-01", "The last day lies before the first."),
        ("from=soon&to=2026-06-01", "This is no date."),
    ],
)
def test_days_that_can_not_be_shown_are_refused_in_words_and_kept(program: Program, desk: Client, query: str, said: str) -> None:
    answer = desk.get(f"{PAGE}?{query}")
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert f'value="{query.split("&")[0][5:]}"' in answer.content.decode()
    assert desk.get(f"{PAGE}export/?{query}").status_code == 404


def test_without_rewards_the_page_says_what_they_are(cast: Cast, desk: Client) -> None:
    opened(cast)
    assert "This program gives no rewards yet" in text_of(desk.get(PAGE))


def test_days_on_which_nothing_happened_say_so(program: Program, desk: Client) -> None:
    page = text_of(desk.get(f"{PAGE}?from=2025-01-01&to=2025-02-01"))
    assert "Nothing happened on these days" in page
    assert "A coffee" in page, "what is open and left in stock is told all the same"


def test_who_may_see_it(cast: Cast, program: Program) -> None:
    for role, market_only, status in (
        (Role.READ_ONLY, False, 200),
        (Role.SUPERVISOR, False, 200),
        (Role.MANAGER, True, 404),
        (Role.CASHIER, False, 403),
    ):
        client = Client()
        person = employ(cast.business, f"P{role.value} Some", role, [cast.market] if market_only else None)
        client.post("/sign-in/", {"email": person.email, "password": PASSWORD})
        for address in (PAGE, f"{PAGE}export/"):
            assert client.get(address).status_code == status, (role, address)
    client = Client()
    client.post("/sign-in/", {"email": cast.mallory.email, "password": PASSWORD})
    assert client.get(PAGE).status_code == 404


def test_the_page_costs_the_same_queries_with_little_and_with_much(program: Program, cast: Cast, desk: Client) -> None:
    desk.get(PAGE)
    with CaptureQueriesContext(connection) as little:
        desk.get(PAGE)
    for number in range(10):
        used(cast, code(given(program, cast.bo, key=f"more{number}", reward="coffee", at=JUNE)), branch=cast.market, at=JUNE + number * DAY)
    with CaptureQueriesContext(connection) as much:
        desk.get(PAGE)
    assert len(much) == len(little) <= 24, "\n".join(query["sql"][:150] for query in much)


def test_several_programs_stand_beside_each_other(program: Program, cast: Cast, desk: Client) -> None:
    opened(cast, code="rolls", name="Rolls")
    page = desk.get(PAGE).content.decode()
    assert '<a href="/loyalty/rolls/rewards/">Rolls</a>' in page
    assert '<a href="/loyalty/crumbs/rewards/" aria-current="page">Crumbs</a>' in page
