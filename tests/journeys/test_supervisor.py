"""Zoltán before the board: what is about to break and why, stepping in, a gesture, a warning, a review."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Enter
from tests.journeys.serving import given, handed_over, new_case, new_customer, opened, panel, pressed, promised, told, unfolded
from tests.journeys.visitor import Visitor

SIZES = pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])


@SIZES
def test_the_board_shows_what_is_about_to_break_and_the_supervisor_steps_in(enter: Enter, phone: bool) -> None:
    size = "phone" if phone else "desk"
    name, subject = f"Waiting-{size}", f"Nobody rang back, told by {size}"
    tom = enter("tom")
    customer = new_customer(tom, "Ulla", name)
    linh = enter("linh")
    new_case(linh, customer, f"Half an hour in the queue, told by {size}")
    new_case(linh, customer, subject)
    promised(linh, "Ring back with the reason", within=timedelta(hours=2))
    given(linh, "24", "a cake for the whole office")
    told(linh, "It was sent for approval.")

    zoltan = enter("zoltan", phone=phone)
    stepped_in(zoltan, subject)
    approved(zoltan, subject)
    dismissed(zoltan, f"Ulla {name}")
    reviewed(zoltan)


def stepped_in(zoltan: Visitor, subject: str) -> None:
    """From the board into the case and its account of the deadline; then raised, taken over, and handed on with a word."""
    page = zoltan.page
    opened(zoltan, "/cases/board/", heading="Board")
    expect(panel(zoltan, "Second similar complaint")).to_contain_text(subject)
    line = panel(zoltan, "Promises about to break").locator("li", has_text=subject).filter(has_text="Ring back with the reason")
    expect(line).to_contain_text(re.compile(r"(2 h|1 h [45]\d min) left"))
    line.get_by_role("link", name=subject).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(subject)
    expect(unfolded(zoltan, "Promised")).to_contain_text("Promised by Trần Thị Linh.")
    account = unfolded(zoltan, "Answer unless settled")
    expect(account).to_contain_text("Paragraph 1.1 of version")
    expect(account.locator(".account__counted").last).to_be_visible()
    opened(zoltan)
    for button, done in (("Raise", "Raised."), ("I take it", "It is yours now.")):
        zoltan.go("/cases/board/")
        pressed(page.locator("li", has_text=subject).first, button)
        expect(page.get_by_role("heading", level=1)).to_have_text("Board")
        told(zoltan, done)
    page.locator("li", has_text=subject).first.get_by_role("link", name="Hand over").click()
    expect(page.locator(".heading")).to_contain_text(re.compile("high", re.IGNORECASE))
    handed_over(zoltan, "Tom Webb", "You saw it: ring her, she is right.")


def approved(zoltan: Visitor, subject: str) -> None:
    page = zoltan.page
    opened(zoltan, "/cases/gestures/", heading="Gestures")
    asked = page.locator("section.panel", has_text=subject)
    expect(asked).to_contain_text("24.00")
    asked.get_by_label("Why").fill("They are right, and it was our fault twice.")
    pressed(asked, "Approve")
    told(zoltan, "Approved and booked.")
    expect(panel(zoltan, "Lately")).to_contain_text("They are right, and it was our fault twice.")


def dismissed(zoltan: Visitor, name: str) -> None:
    """Two similar complaints within a quarter of a year are a warning; it goes with a reason, and not without."""
    page = zoltan.page
    opened(zoltan, "/cases/warnings/", heading="Heading for a conflict")
    warning = panel(zoltan, name)
    expect(warning).to_contain_text("Nobody rang back")
    warning.locator("input[name=why]").fill("Spoke with her: she laughs about it.")
    pressed(warning, "Dismiss")
    told(zoltan, "Dismissed. It comes back when something new happens.")
    expect(page.get_by_role("heading", name=name)).to_have_count(0)
    opened(zoltan)


def reviewed(zoltan: Visitor) -> None:
    """A case of the sample, by the scorecard: a question left out is said, a critical no makes it nought."""
    page = zoltan.page
    zoltan.go("/cases/reviews/")
    page.get_by_role("link", name="Draw a sample").click()
    opened(zoltan, heading="Reviews")
    panel(zoltan, "To review").locator("a.list__title").first.click()
    form = page.locator("main form")
    questions = form.locator("fieldset").all()
    assert len(questions) > 3
    for one in questions:
        one.get_by_label("Yes", exact=True).check()
    critical = form.locator("fieldset", has_text="critical").first
    critical.get_by_label("No", exact=True).check()
    form.get_by_label("What went well, what to try").fill("Kind, and too slow.")
    opened(zoltan)
    pressed(form, "Save the review")
    told(zoltan, "Reviewed.")
    expect(page.locator(".figures-row")).to_contain_text("0 %")
    expect(page.locator(".figures-row")).to_contain_text("a critical item failed")
    opened(zoltan)
