"""The demo's two years are believable, and the same each time they are told."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from regulars.desk.rules import demo
from regulars.desk.rules.demo.contacts import demo_contacts
from regulars.desk.rules.demo.firm import easter_of
from regulars.desk.rules.demo.names import CULTURES, folded, number_of

pytestmark = pytest.mark.pure
AT = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)


@cache
def told() -> list[demo.DemoCustomer]:
    return demo.demo_story(AT)


def named(given: str) -> demo.DemoCustomer:
    return next(one for one in told() if one.name.given == given and one.name.family in {"Okafor", "Lindqvist", "Marsh"})


def test_the_same_story_is_told_twice() -> None:
    assert [(one.number, one.visits) for one in demo.demo_story(AT)] == [(one.number, one.visits) for one in told()]


def test_nothing_lies_in_the_future_and_all_within_two_years() -> None:
    moments = [visit.at for one in told() for visit in one.visits]
    assert max(moments) <= AT
    assert min(moments) >= AT - timedelta(days=735)


def test_nobody_buys_while_a_branch_is_closed() -> None:
    hours = {branch.code: branch.hours for branch in demo.BRANCHES}
    closed = demo.holidays_between(date(2024, 1, 1), date(2026, 12, 31))
    for one in told():
        for visit in one.visits:
            if visit.original:
                continue
            wall = visit.at.astimezone(ZoneInfo(demo.ZONE))
            opens, closes = hours[visit.branch][wall.weekday()]
            assert opens <= wall.time() < closes
            assert wall.date() not in closed


def test_receipts_are_unique_and_refunds_take_back_no_more_than_was_paid() -> None:
    sales = {visit.receipt: visit for one in told() for visit in one.visits if not visit.original}
    receipts = Counter(visit.receipt for one in told() for visit in one.visits)
    assert max(receipts.values()) == 1
    refunds = [visit for one in told() for visit in one.visits if visit.original]
    assert refunds
    for back in refunds:
        assert back.amount_minor < 0
        assert sales[back.original].amount_minor + back.amount_minor >= 0
        assert sales[back.original].at < back.at


def test_the_cast_plays_its_parts() -> None:
    assert len(named("Ada").visits) > 200
    assert len(named("Bo").visits) == 2
    silent = AT - named("Cleo").visits[-1].at
    assert timedelta(days=40) < silent < timedelta(days=50)
    assert len(named("Cleo").visits) > 50


def test_people_have_their_own_rhythms_and_some_are_slipping_away() -> None:
    silent = 0
    for one in told():
        days = sorted({visit.at.date() for visit in one.visits})
        if len(days) < 10:
            continue
        gap = (days[-1] - days[0]).days / (len(days) - 1)
        if 3 * gap < (AT.date() - days[-1]).days < 100:
            silent += 1
    assert 20 < silent < 200


def test_there_are_prospects_and_organisations_and_everybody_can_be_found() -> None:
    assert sum(1 for one in told() if not one.visits) >= 30
    assert sum(1 for one in told() if one.organisation) > 20
    assert all(one.organisation or (one.name.given and one.name.family) for one in told())
    phones = [phone for one in told() for phone in one.phones]
    assert len(set(phones)) == len(phones)


def test_addresses_and_numbers_belong_to_nobody() -> None:
    for one in told():
        assert all(mail.rpartition("@")[2] in {"example.com", "example.net", "example.org"} for mail in one.emails)
        assert all(mail.isascii() for mail in one.emails)
    assert number_of(0) == "+447700900000"
    assert number_of(1001) == "+442079460001"


def test_names_agree_with_their_culture() -> None:
    cultures = {one.language: one for one, _ in CULTURES}
    languages = Counter(one.name.language for one in told() if not one.organisation)
    assert set(languages) == {"en", "hu", "vi", "pt", "cs", "lv"}
    assert min(languages.values()) > 60
    for one in told():
        if one.name.language == "cs" and one.name.given in cultures["cs"].women:
            assert one.name.family.endswith("á")
        if one.name.language == "pt":
            assert len(one.name.family.split()) == 2


def test_the_year_has_its_holidays() -> None:
    assert [easter_of(year) for year in (2024, 2025, 2026)] == [date(2024, 3, 31), date(2025, 4, 20), date(2026, 4, 5)]
    assert demo.holidays_between(date(2026, 12, 20), date(2027, 1, 2)) == {
        date(2026, 12, 25): "Christmas Day",
        date(2026, 12, 26): "Boxing Day",
        date(2027, 1, 1): "New Year’s Day",
    }


def test_letters_are_folded_for_addresses() -> None:
    assert folded("Đặng.Křížová") == "dang.krizova"


def test_people_talk_at_the_counter_while_it_is_open() -> None:
    hours = {branch.code: branch.hours for branch in demo.BRANCHES}
    closed = demo.holidays_between(date(2024, 1, 1), date(2026, 12, 31))
    branch = {one.number: one.branch for one in told()}
    spoken = demo_contacts(told(), AT)
    assert len(spoken) > 300
    for one in spoken:
        wall = one.at.astimezone(ZoneInfo(demo.ZONE))
        opens, closes = hours[branch[one.number]][wall.weekday()]
        assert opens <= wall.time() < closes
        assert wall.date() not in closed
        assert one.at <= AT
