"""Single values of a policy's text change; every other sign stays."""

from __future__ import annotations

import difflib
import json
import tomllib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.policy.rules.document import policy_in
from regulars.policy.rules.editing import CantEdit, Place, edited, values_in
from regulars.policy.rules.starting_points import STARTING_POINTS, starting_point

pytestmark = pytest.mark.pure
SHOP = starting_point("small-shop", zone="Europe/Berlin")


def differing(before: str, after: str) -> list[str]:
    return [line for line in difflib.unified_diff(before.split("\n"), after.split("\n"), lineterm="", n=0) if line[:1] in "+-"][2:]


def test_one_value_changes_one_line_and_its_comment_stays() -> None:
    text = SHOP.replace('first_answer = "2bh"', 'first_answer = "2bh"   # by phone or in person')
    after = edited(text, {("levels", 0, "first_answer"): "90bm"})
    assert differing(text, after) == [
        '-first_answer = "2bh"   # by phone or in person',
        '+first_answer = "90bm"   # by phone or in person',
    ]


def test_a_word_that_was_not_there_is_added_and_one_is_taken_away() -> None:
    after = edited(SHOP, {("authority", 0, "per_case"): "80 EUR", ("levels", 0, "next_answer"): ""})
    assert differing(SHOP, after) == ['-next_answer = "4bh"', '+per_case = "80 EUR"']
    policy = policy_in(after)
    assert policy.authority[0].per_case is not None
    assert policy.levels[0].next_answer is None


def test_a_word_added_to_the_last_paragraph_of_its_kind_stays_there() -> None:
    after = edited(SHOP, {("authority", 1, "per_person"): "300 EUR"})
    assert tomllib.loads(after)["authority"][1]["per_person"] == "300 EUR"
    assert after.count("300 EUR") == 1


def test_a_word_is_added_beside_a_list_over_several_lines() -> None:
    text = SHOP.replace("escalate = [{ at", "escalate = [\n  { at", 1).replace('to = "manager" }]', 'to = "manager" },\n]', 1)
    assert tomllib.loads(edited(text, {("levels", 0, "resolution"): "9bh"}))["levels"][0]["resolution"] == "9bh"


def test_the_same_values_change_nothing_at_all() -> None:
    assert edited(SHOP, values_in(SHOP)) == SHOP


def test_json_is_changed_too() -> None:
    text = json.dumps(tomllib.loads(SHOP))
    after = edited(text, {("authority", 1, "per_gesture"): "20 EUR", ("authority", 1, "per_case"): ""})
    row = json.loads(after)["authority"][1]
    assert row["per_gesture"] == "20 EUR"
    assert "per_case" not in row


CANT = {
    "inline tables": 'title = "a"\nlanguage = "en"\nlevels = [{paragraph = "1", text = "x", calendar = "c", first_answer = "2bh"}]\n',
    "a head inside a text": SHOP.replace(
        'preamble = "Whoever', 'preamble = """\n[[levels]]\nfirst_answer = "1bh"\n"""\n#preamble = "Whoever'
    ),
    "an escape in the value": SHOP.replace('first_answer = "2bh"', 'first_answer = "\\u0032bh"'),
    "a value over several lines": SHOP.replace('first_answer = "2bh"', 'first_answer = """\n2bh"""'),
}


@pytest.mark.parametrize("text", CANT.values(), ids=CANT.keys())
def test_what_is_laid_out_otherwise_is_left_alone(text: str) -> None:
    tomllib.loads(text)
    with pytest.raises(CantEdit):
        edited(text, {("levels", 0, "first_answer"): "3bh"})


@pytest.mark.parametrize("value", ['2bh"\nshare = 0.6\n#', "2bh\\", "a\x00b"])
def test_a_value_can_not_smuggle_another_in(value: str) -> None:
    with pytest.raises(CantEdit):
        edited(SHOP, {("levels", 0, "first_answer"): value})


def test_a_place_that_is_not_there_is_refused() -> None:
    with pytest.raises(CantEdit):
        edited(SHOP, {("levels", 9, "first_answer"): "3bh"})


PLACES = {name: sorted(values_in(starting_point(name, zone="UTC"))) for name in STARTING_POINTS}


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(st.data())
def test_any_change_of_any_starting_point_says_exactly_what_was_wanted(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(PLACES)))
    text = starting_point(name, zone="UTC")
    wanted: dict[Place, str] = data.draw(
        st.dictionaries(st.sampled_from(PLACES[name]), st.sampled_from(["", "3bh", "12 EUR", "month", "x y"]), max_size=6)
    )
    after = values_in(edited(text, wanted))
    assert after == values_in(text) | wanted
    comments = [line for line in text.split("\n") if line.lstrip().startswith("#")]
    assert all(line in edited(text, wanted).split("\n") for line in comments)
