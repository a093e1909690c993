"""What somebody may give: the paragraph, the stretch it is counted over, the certificate it needs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from regulars.policy.rules.authority import Authority, authority_in
from regulars.policy.rules.document import NotAPolicy, policy_of

from tests.policy.rules.test_document import document, limit

pytestmark = pytest.mark.pure
BERLIN = ZoneInfo("Europe/Berlin")
AGENT = {"per_gesture": "25 EUR", "per_case": "40 EUR", "per_customer": "100 EUR", "period": "month"}
LEARNER = limit("3.2", roles=["learner"], per_gesture="5 EUR", per_case="5 EUR")
TRAINED = limit("3.1", certificate="complaints", lapsed_as="learner", **AGENT)


def found(*limits: dict[str, Any], role: str = "agent", kind: str = "goodwill", held: tuple[str, ...] = (), at: str) -> Authority | None:
    return authority_in(
        policy_of(document(authority=list(limits))).authority,
        role=role,
        kind=kind,
        certificates=held,
        at=datetime.fromisoformat(at),
        zone=BERLIN,
        version="2.1",
    )


def test_the_limits_of_x1_name_paragraph_version_and_month() -> None:
    authority = found(limit(**AGENT), at="2026-11-20T10:00:00+01:00")
    assert authority is not None
    assert (authority.per_gesture, authority.per_case, authority.per_customer) == (2500, 4000, 10000)
    assert (authority.currency, authority.ledger, authority.paragraph, authority.version) == ("EUR", "goodwill", "3.1", "2.1")
    assert (authority.certificate, authority.certificate_lapsed, authority.holder) == ("", False, "agent")
    assert authority.per_person is None


@pytest.mark.parametrize(
    ("period", "at", "start", "end", "label"),
    [
        # X3: the last half hour of November by the business's own clock
        ("month", "2026-11-30T23:30:00+01:00", "2026-10-31T23:00:00+00:00", "2026-11-30T23:00:00+00:00", "2026-11"),
        ("month", "2026-12-01T00:00:00+01:00", "2026-11-30T23:00:00+00:00", "2026-12-31T23:00:00+00:00", "2026-12"),
        ("day", "2026-03-29T12:00:00+02:00", "2026-03-28T23:00:00+00:00", "2026-03-29T22:00:00+00:00", "2026-03-29"),  # 23 hours
        ("week", "2026-11-22T23:59:59+01:00", "2026-11-15T23:00:00+00:00", "2026-11-22T23:00:00+00:00", "2026-W47"),
        ("week", "2027-01-01T12:00:00+01:00", "2026-12-27T23:00:00+00:00", "2027-01-03T23:00:00+00:00", "2026-W53"),
        ("quarter", "2026-12-31T12:00:00+01:00", "2026-09-30T22:00:00+00:00", "2026-12-31T23:00:00+00:00", "2026-Q4"),
        ("year", "2026-07-01T12:00:00+02:00", "2025-12-31T23:00:00+00:00", "2026-12-31T23:00:00+00:00", "2026"),
    ],
)
def test_a_period_is_the_calendars_in_the_zone_of_the_business(period: str, at: str, start: str, end: str, label: str) -> None:
    authority = found(limit(per_customer="100 EUR", period=period), at=at)
    assert authority is not None
    assert (authority.period_start, authority.period_end) == (datetime.fromisoformat(start), datetime.fromisoformat(end))
    assert authority.period_start.tzinfo is UTC
    assert (authority.period, authority.period_label) == (period, label)


def test_without_an_amount_over_time_there_is_no_period() -> None:
    authority = found(limit(), at="2026-11-20T10:00:00+01:00")
    assert authority is not None
    assert (authority.period, authority.period_start, authority.period_end, authority.period_label) == (None, None, None, "")


def test_a_lapsed_certificate_falls_to_the_level_that_the_document_names() -> None:
    """X5, the pure part."""
    trained = found(TRAINED, LEARNER, held=("complaints",), at="2026-11-30T23:59:59+01:00")
    lapsed = found(TRAINED, LEARNER, at="2026-12-01T00:00:00+01:00")
    assert trained is not None
    assert lapsed is not None
    assert (trained.per_gesture, trained.paragraph, trained.certificate_lapsed, trained.holder) == (2500, "3.1", False, "agent")
    assert (lapsed.per_gesture, lapsed.paragraph, lapsed.certificate_lapsed, lapsed.holder) == (500, "3.2", True, "learner")
    assert trained.certificate == lapsed.certificate == "complaints"
    assert lapsed.per_customer is None


def test_a_lapsed_certificate_without_a_level_to_fall_to_leaves_nothing() -> None:
    """T42, last line."""
    nothing = found(limit(certificate="complaints", **AGENT), at="2026-12-01T00:00:00+01:00")
    assert nothing is not None
    assert (nothing.per_gesture, nothing.per_case, nothing.per_customer) == (0, 0, 0)
    assert (nothing.paragraph, nothing.certificate_lapsed) == ("3.1", True)


def test_who_falls_may_fall_on() -> None:
    rows = (
        limit("3.1", roles=["supervisor"], per_gesture="50 EUR", certificate="leading", lapsed_as="agent"),
        limit("3.2", certificate="complaints", lapsed_as="learner"),
        limit("3.3", roles=["learner"], per_gesture="5 EUR"),
    )
    at = "2026-12-01T00:00:00+01:00"
    both = [found(*rows, role="supervisor", held=held, at=at) for held in (("leading",), ("complaints",), ())]
    assert [one.per_gesture for one in both if one] == [5000, 2500, 500]
    assert [one.certificate for one in both if one] == ["leading"] * 3


def test_nobody_is_a_learner_by_role_and_no_paragraph_means_no_authority() -> None:
    at = "2026-12-01T00:00:00+01:00"
    assert found(limit(), role="cashier", at=at) is None
    assert found(limit(), kind="refund", at=at) is None


REFUSED: list[tuple[str, list[dict[str, Any]], str, str]] = [
    ("nobody to fall to", [TRAINED], "/authority/0/lapsed_as", "no paragraph says what learner may give of goodwill"),
    ("falls to itself", [limit(certificate="complaints", lapsed_as="agent")], "/authority/0", "would change nothing"),
    ("lapsed without certificate", [limit(lapsed_as="learner"), LEARNER], "/authority/0", "needs the certificate"),
    (
        "loses and gains",
        [limit("3.1", per_gesture="2 EUR", certificate="complaints", lapsed_as="cashier"), limit("3.2", roles=["cashier"])],
        "/authority/0/lapsed_as",
        "could give more: see paragraph 3.2",
    ),
    (
        "a circle",
        [
            limit("3.1", certificate="a", lapsed_as="marketer"),
            limit("3.2", roles=["marketer"], certificate="b", lapsed_as="agent"),
        ],
        "/authority/0/lapsed_as",
        "fall back on each other",
    ),
    ("a learner's certificate", [limit(roles=["learner"], certificate="complaints")], "/authority/0", "a learner has no certificate yet"),
    (
        "one kind in two ledgers",
        [limit(), limit("3.2", roles=["manager"], ledger="entitlement")],
        "/authority/1/ledger",
        "books goodwill as goodwill",
    ),
    ("one kind in two currencies", [limit(), limit("3.2", roles=["manager"], per_gesture="900 CZK")], "/authority/1", "in EUR"),
    ("a certificate with spaces", [limit(certificate="my complaints")], "/authority/0/certificate", "pattern"),
    ("misspelt", [limit(certifikate="complaints")], "/authority/0/certifikate", "Extra inputs"),
    ("a period unknown", [limit(per_customer="100 EUR", period="fortnight")], "/authority/0/period", "Input should be"),
    ("a period of nothing", [limit(period="month")], "/authority/0", "a period needs an amount"),
]


@pytest.mark.parametrize(("limits", "place", "words"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_limits_that_contradict_themselves_are_refused_with_their_place(limits: list[dict[str, Any]], place: str, words: str) -> None:
    with pytest.raises(NotAPolicy) as caught:
        policy_of(document(authority=limits))
    assert words in caught.value.faults.get(place, ""), caught.value.faults
