"""A policy can be obeyed or says, place by place, why not."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest

from regulars.groundwork.kernel.money import Money
from regulars.policy.rules.document import NotAPolicy, document_in, fingerprint, policy_in, policy_of
from regulars.policy.rules.starting_points import STARTING_POINTS, starting_point
from regulars.policy.rules.targets import target_from

pytestmark = pytest.mark.pure
WEEK = {"zone": "Europe/Berlin", "weekly": {"mon": [["09:00", "17:00"]]}}


def level(number: str = "1.1", **parts: Any) -> dict[str, Any]:
    return {"paragraph": number, "text": "We answer.", "calendar": "shop", "first_answer": "4bh"} | parts


def limit(number: str = "3.1", **parts: Any) -> dict[str, Any]:
    return {
        "paragraph": number,
        "text": "They may.",
        "kind": "goodwill",
        "ledger": "goodwill",
        "roles": ["agent"],
        "per_gesture": "25 EUR",
    } | parts


def document(**parts: Any) -> dict[str, Any]:
    return {"title": "Ours", "language": "en", "calendars": {"shop": WEEK}, "levels": [level()]} | parts


@pytest.mark.parametrize("name", STARTING_POINTS)
def test_each_starting_point_is_a_policy_in_the_zone_of_the_business(name: str) -> None:
    policy = policy_in(starting_point(name, zone="Asia/Tokyo", currency="JPY"))
    assert {calendar["zone"] for calendar in policy.calendars.values()} == {"Asia/Tokyo"}
    assert all(one.per_gesture is None or one.per_gesture.currency == "JPY" for one in policy.authority)
    assert policy.paragraphs


def test_targets_and_amounts_are_read_once_and_exactly() -> None:
    policy = policy_of(document(authority=[limit(per_case="40.50 EUR")]))
    assert policy.levels[0].first_answer == target_from("4bh")
    assert policy.authority[0].per_case == Money(4050, "EUR")


def test_paragraphs_come_in_the_order_of_their_numbers() -> None:
    policy = policy_of(
        document(levels=[level("1.10", natures=["complaint"]), level("1.9")], promises=[{"paragraph": "1.2", "text": "So."}])
    )
    assert [one.paragraph for one in policy.paragraphs] == ["1.2", "1.9", "1.10"]


REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    ("C13", document(calendars={"shop": {"zone": "UTC", "weekly": {}}}), "/calendars/shop/weekly", "no working time"),
    ("misspelt", document(level=[]), "/level", "Extra inputs"),
    ("no such calendar", document(levels=[level(calendar="office")]), "/levels/0/calendar", "no calendar"),
    ("promises nothing", document(levels=[{"paragraph": "1", "text": "x", "calendar": "shop"}]), "/levels/0", "promises at least one"),
    ("answer after resolution", document(levels=[level(resolution="2bh")]), "/levels/0", "may take longer than the resolution"),
    ("answer days after", document(levels=[level(first_answer="3bd-close", resolution="1bd-close")]), "/levels/0", "may take longer"),
    ("never reached", document(levels=[level(), level("1.2", natures=["complaint"])]), "/levels/1", "never holds"),
    ("same number", document(levels=[level(natures=["complaint"]), level()]), "/paragraph 1.1", "two paragraphs"),
    ("limit without amount", document(authority=[limit(per_gesture=None)]), "/authority/0", "needs an amount"),
    ("limit without unit", document(authority=[limit(per_gesture="25")]), "/authority/0/per_gesture", "no amount with its currency"),
    ("limit as a number", document(authority=[limit(per_gesture=25)]), "/authority/0/per_gesture", "no amount with its currency"),
    ("limit without period", document(authority=[limit(per_customer="100 EUR")]), "/authority/0", "needs its period"),
    ("negative", document(authority=[limit(per_gesture="-1 EUR")]), "/authority/0/per_gesture", "not negative"),
    ("two currencies", document(authority=[limit(per_case="40 CZK")]), "/authority/0", "one currency"),
    ("gesture above case", document(authority=[limit(per_case="10 EUR")]), "/authority/0", "may not be worth more"),
    ("limited twice", document(authority=[limit(), limit("3.2")]), "/authority/1/roles", "both limit agent"),
    (
        "less for the superior",
        document(authority=[limit(), limit("3.2", roles=["manager"], per_gesture="10 EUR")]),
        "/paragraph 3.2",
        "lets manager give less",
    ),
    ("nobody may confirm", document(confirmation={"roles": []}), "/confirmation/roles", "nobody may confirm"),
    ("no paragraph", document(levels=[]), "/", "promises nothing"),
    (
        "two alarms at once",
        document(levels=[level(escalate=[{"at": "75%", "to": "manager"}, {"at": "75%", "to": "supervisor"}])]),
        "/levels/0",
        "same moment",
    ),
    ("alarm at 0 %", document(levels=[level(escalate=[{"at": "0%", "to": "manager"}])]), "/levels/0/escalate/0/at", "pattern"),
    ("role unknown", document(authority=[limit(roles=["boss"])]), "/authority/0/roles/0", "Input should be"),
]


@pytest.mark.parametrize(("found", "place", "words"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_can_not_be_obeyed_is_refused_with_its_place(found: dict[str, Any], place: str, words: str) -> None:
    with pytest.raises(NotAPolicy) as caught:
        policy_of(found)
    assert words in caught.value.faults.get(place, ""), caught.value.faults


@pytest.mark.parametrize(
    "text", ["", "title =", "{", "[1]", '{"title": "a", "title": "b"}', "[" * 50_000, "{" * 50_000, "a = 1\na = 2", "x" * 400_001]
)
def test_a_text_that_is_no_document_is_refused(text: str) -> None:
    with pytest.raises(NotAPolicy):
        policy_in(text)


def test_json_and_toml_say_the_same() -> None:
    text = starting_point("small-shop", zone="UTC")
    assert policy_in(text) == policy_in(json.dumps(tomllib.loads(text)))
    assert document_in("\ufefftitle = 'x'") == {"title": "x"}


def test_a_fingerprint_knows_the_language_and_every_letter_but_not_the_line_ends() -> None:
    assert fingerprint("a\nb", "en") == fingerprint("a\r\nb\n", "en")
    assert len({fingerprint("a", "en"), fingerprint("a", "de"), fingerprint("a ", "en")}) == 3
