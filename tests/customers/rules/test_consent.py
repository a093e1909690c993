"""May we? One table of cases, as one would write it on paper."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from regulars.customers.rules.consent import Said, verdict_on
from regulars.customers.rules.purposes import BUILT_IN, Basis, PurposeRule, all_purposes

pytestmark = pytest.mark.pure
DAY = datetime(2026, 3, 1, tzinfo=UTC)
RULES = all_purposes(())


def said(*events: tuple[int, str, str, bool]) -> list[Said]:
    """(day, purpose, address, given)"""
    return [Said(n, DAY + timedelta(days=day), purpose, address, given) for n, (day, purpose, address, given) in enumerate(events, 1)]


@pytest.mark.parametrize(
    ("purpose", "address", "events", "allowed", "code", "decided"),
    [
        # silent until allowed
        ("offers", "a@x", [], False, "never_allowed", None),
        ("offers", "a@x", [(1, "offers", "a@x", True)], True, "allowed", 1),
        ("offers", "b@x", [(1, "offers", "a@x", True)], False, "never_allowed", None),
        ("newsletter", "a@x", [(1, "offers", "a@x", True)], False, "never_allowed", None),
        # the newest wins, for the address or for all
        ("offers", "a@x", [(1, "offers", "a@x", True), (2, "offers", "a@x", False)], False, "withdrawn", 2),
        ("offers", "a@x", [(1, "offers", "a@x", True), (2, "offers", "", False)], False, "withdrawn", 2),
        ("offers", "a@x", [(1, "offers", "", False), (2, "offers", "a@x", True)], True, "allowed", 2),
        ("offers", "a@x", [(1, "offers", "a@x", True), (2, "offers", "b@x", False)], True, "allowed", 1),
        # in one instant the later recorded
        ("offers", "a@x", [(1, "offers", "a@x", True), (1, "offers", "a@x", False)], False, "withdrawn", 2),
        # out of order: the event's own time counts
        ("offers", "a@x", [(5, "offers", "a@x", False), (2, "offers", "a@x", True)], False, "withdrawn", 1),
        # everything that needs permission
        ("offers", "a@x", [(1, "offers", "a@x", True), (2, "*", "", False)], False, "withdrawn", 2),
        ("survey", "a@x", [(1, "*", "", False), (2, "survey", "a@x", True)], True, "allowed", 2),
        ("service", "a@x", [(2, "*", "", False)], True, "no_opt_in_needed", None),
        # service may be objected to, orders and safety may not
        ("service", "a@x", [(2, "service", "", False)], False, "objected", 1),
        ("transactional", "a@x", [(2, "transactional", "", False)], True, "no_opt_in_needed", None),
        ("legal", "a@x", [(2, "legal", "", False)], True, "no_opt_in_needed", None),
        # without an address: is any allowed?
        ("offers", "", [], False, "never_allowed", None),
        ("offers", "", [(1, "offers", "a@x", True), (2, "offers", "b@x", False)], True, "allowed", 1),
        ("offers", "", [(1, "offers", "a@x", True), (2, "offers", "a@x", False)], False, "withdrawn", 2),
        ("offers", "", [(1, "offers", "a@x", True), (2, "offers", "", False)], False, "withdrawn", 2),
    ],
)
def test_the_newest_word_decides(
    purpose: str, address: str, events: list[tuple[int, str, str, bool]], allowed: bool, code: str, decided: int | None
) -> None:
    verdict = verdict_on(RULES[purpose], address, said(*events))
    assert (verdict.allowed, verdict.code, verdict.event_id) == (allowed, code, decided)


def test_a_purpose_of_the_business_never_replaces_a_built_in_one() -> None:
    crooked = PurposeRule("offers", "Offers", Basis.CONTRACT)
    assert all_purposes([crooked])["offers"].needs_consent
    assert set(all_purposes([])) == {one.name for one in BUILT_IN}
