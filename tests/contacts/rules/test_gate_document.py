"""The rules document: what is said is obeyed, what can't be is refused with its place."""

from __future__ import annotations

from typing import Any

import pytest

from regulars.contacts.rules.gate_document import DEFAULT_DOCUMENT, ContactClass, NotRules, quiet_week, rules_in, written_out

pytestmark = pytest.mark.pure


def test_the_default_document_reads_and_writes_itself() -> None:
    rules = rules_in(DEFAULT_DOCUMENT)
    again = rules_in(written_out(rules))
    assert again == rules
    assert rules.classes[ContactClass.LEGAL].blocked is False
    assert rules.classes[ContactClass.REPLY].counts is True
    assert rules.quiet_hours.of("post") == ()
    assert len(rules.quiet_hours.of("email")) == 1


def test_a_class_that_is_said_in_part_keeps_the_rest_of_its_default() -> None:
    rules = rules_in({"classes": {"transactional": {"counts": True}}})
    assert (rules.classes[ContactClass.TRANSACTIONAL].counts, rules.classes[ContactClass.TRANSACTIONAL].blocked) == (True, False)


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ([], "/"),
        ("x", "/"),
        ({"caps": [{"name": "a", "most": 0, "days": 1}]}, "/caps/0/most"),
        ({"caps": [{"name": "a", "most": "3", "days": 1}]}, "/caps/0/most"),
        ({"caps": [{"name": "a", "most": 3}]}, "/caps/0"),
        ({"caps": [{"name": "a", "most": 3, "days": 1, "hours": 2}]}, "/caps/0"),
        ({"caps": [{"name": "a", "most": 3, "days": 1, "for_service": 3}]}, "/caps/0"),
        ({"caps": [{"name": "A b", "most": 3, "days": 1}]}, "/caps/0/name"),
        ({"caps": [{"name": "a", "most": 3, "days": 1, "channels": ["pigeon"]}]}, "/caps/0/channels/0"),
        ({"caps": [{"name": "a", "most": 3, "days": 1, "classes": ["gossip"]}]}, "/caps/0/classes/0"),
        ({"caps": [{"name": "a", "most": 1, "days": 1}, {"name": "a", "most": 2, "days": 2}]}, "/"),
        ({"caps": [{"name": "a", "most": 3, "days": 9999}]}, "/caps/0/days"),
        ({"weights": {"email": 0}}, "/weights/email"),
        ({"weights": {"pigeon": 1}}, "/weights/pigeon/[key]"),
        ({"classes": {"gossip": {}}}, "/classes/gossip/[key]"),
        ({"classes": {"survey": {"blockt": True}}}, "/classes/survey/blockt"),
        ({"quiet_hours": {"default": [{"from": "25:00", "to": "08:00"}]}}, "/quiet_hours/default/0/from"),
        ({"quiet_hours": {"default": [{"from": "08:00", "to": "08:00"}]}}, "/quiet_hours/default/0"),
        ({"quiet_hours": {"default": [{"from": "00:00", "to": "24:00"}]}}, "/"),
        (
            {"quiet_hours": {"channels": {"email": [{"days": ["someday"], "from": "20:00", "to": "08:00"}]}}},
            "/quiet_hours/channels/email/0/days/0",
        ),
        ({"freeze": {"days_after": -1}}, "/freeze/days_after"),
        ({"hold_hours": 0}, "/hold_hours"),
        ({"format": 2}, "/format"),
        ({"capps": []}, "/capps"),
    ],
)
def test_what_can_not_be_obeyed_is_refused_with_its_place(document: Any, place: str) -> None:
    with pytest.raises(NotRules) as refused:
        rules_in(document)
    assert place in refused.value.faults, refused.value.faults


def test_quiet_times_over_midnight_stand_on_both_days() -> None:
    rules = rules_in(
        {"quiet_hours": {"default": [{"days": ["fri"], "from": "20:00", "to": "08:00"}, {"days": ["sat"], "from": "07:00", "to": "09:00"}]}}
    )
    week = quiet_week(rules.quiet_hours.default)
    assert week[4] == ((20 * 60, 24 * 60),)
    assert week[5] == ((0, 9 * 60),), "what overlaps is one"
    assert week[6] == ()
