"""docs/operate/loyalty-api.md says what the API does: its examples are executed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from regulars.groundwork.kernel import clock
from regulars.staff.queries import KEY_SCOPES

from tests.cast import Cast
from tests.till.loyalty_till import AT, at_the_till

PAGE = (Path(__file__).resolve().parents[2] / "docs/operate/loyalty-api.md").read_text(encoding="utf-8")


def told(found: Any, page: Any) -> bool:
    """Whether an answer says what the page says; it may say more."""
    if isinstance(page, dict):
        return all(name in found and told(found[name], value) for name, value in page.items())
    if isinstance(page, list):
        return len(found) == len(page) and all(map(told, found, page))
    return bool(found == page)


@pytest.mark.django_db
def test_the_page_s_examples_answer_as_it_says(cast: Cast) -> None:
    sale, sold, refund, refunded, hold, batch, adjustment = [json.loads(one) for one in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
    with clock.standing_at(AT):
        till = at_the_till(cast)
        till.give("A-1001", 80)
        answer = till.post("sales", sale)
        assert (answer.status_code, told(answer.json(), sold)) == (201, True), answer.content
        back = till.post(f"sales/{answer.json()['purchase']['id']}/refunds", refund)
        assert (back.status_code, told(back.json(), refunded)) == (201, True), back.content
        assert till.post("holds", hold).status_code == 201
        assert [one["status"] for one in till.post("sales/batch", batch).json()["items"]] == [201]
        assert till.post("adjustments", adjustment).json()["entries"][0]["reason"] == "Late bread"


@pytest.mark.pure
def test_the_page_names_scopes_and_addresses_that_exist() -> None:
    scopes = {one for one in KEY_SCOPES if one.startswith("loyalty:")}
    assert set(re.findall(r"loyalty:[a-z]+", PAGE)) == scopes
