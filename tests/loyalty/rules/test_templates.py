"""Programs to begin with are programs: they are accepted, give what they say, and are worth no warning."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from regulars.loyalty.rules.document import Program, never_now, read_program
from regulars.loyalty.rules.templates import members_week, nth_purchase_discount, points_with_tiers, punch_card

pytestmark = pytest.mark.pure
SHORT = {"code": "club", "name": "Der Club", "zone": "Europe/Berlin"}
WORDS = {"points": "Points", "steps": "Steps", "base": "Base", "qualifying": "Towards tiers", "silver": "Silver", "gold": "Gold"}


def made(currency: str = "EUR") -> dict[str, Program]:
    short = SHORT | {"currency": currency}
    texts = {
        "card": punch_card(**short, card="Coffee card", reward="A coffee on us", category="Coffee", target=8),
        "tiers": points_with_tiers(**short, words=WORDS, points="2", per_amount="5", worth="1", silver_from=10, gold_from=20),
        "nth": nth_purchase_discount(**short, discount="Every tenth", every=10, percent="20"),
        "week": members_week(**short, special="Our week", from_on=date(2026, 12, 7), until_on=date(2026, 12, 13)),
    }
    return {name: read_program(text) for name, text in texts.items()}


@pytest.mark.parametrize("currency", ["EUR", "JPY", "TND"])
@pytest.mark.parametrize("template", ["card", "tiers", "nth", "week"])
def test_a_template_is_a_program_without_warnings_in_every_currency(template: str, currency: str) -> None:
    program = made(currency)[template]
    assert (program.code, program.name, program.currency, program.zone) == ("club", "Der Club", currency, "Europe/Berlin")
    assert list(never_now(program, at=datetime(2026, 11, 23, tzinfo=UTC))) == []


def test_a_punch_card_counts_the_items_of_a_category_up_to_its_target() -> None:
    (card,) = made()["card"].cards
    assert (card.target, card.stamps_per, card.goods.categories) == (8, "item", ("Coffee",))
    (reward,) = made()["card"].rewards
    assert (reward.code, reward.kind, reward.goods.categories) == (card.reward.code, "goods", ("Coffee",))


def test_points_pay_and_another_unit_reaches_tiers() -> None:
    program = made()["tiers"]
    points, steps = program.units
    assert (points.kind, steps.kind) == ("spendable", "qualifying")
    assert program.ladder is not None
    assert program.ladder.currency == steps.code
    assert [(tier.code, tier.from_units) for tier in program.ladder.tiers] == [("silver", 10), ("gold", 20)]
    assert [(str(rule.points), str(rule.per_amount)) for rule in program.earning] == [("2", "5"), ("1", "1")]


def test_every_tenth_purchase_costs_less() -> None:
    (offer,) = made()["nth"].discounts
    assert (offer.every, offer.percent) == (10, 20)


def test_a_members_week_has_its_days_and_its_limit() -> None:
    (offer,) = made()["week"].specials
    assert (offer.period.from_on, offer.period.until_on, offer.percent, offer.limit) == (date(2026, 12, 7), date(2026, 12, 13), 10, 5)
