"""Ines changes what is promised: by the form, before the staff, in force, confirmed; and she reads what it came to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from regulars.groundwork.kernel.clock import now

from tests.journeys.conftest import Enter
from tests.journeys.serving import on_the_wall, opened, panel, pressed, told, unfolded
from tests.journeys.visitor import Visitor

SIZES = pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])


@SIZES
def test_a_new_promise_is_written_discussed_published_and_confirmed(enter: Enter, phone: bool) -> None:
    ines, linh = enter("ines", phone=phone), enter("linh", phone=phone)
    hours = "4" if phone else "3"
    drafted(ines, hours)
    discussed(linh, f"{hours} hours are long, said on the {'phone' if phone else 'desk'}.")
    number = published(ines, f"{hours} hours are long, said on the {'phone' if phone else 'desk'}.", hours)
    confirmed(linh, number)
    counted(ines)


@SIZES
def test_the_report_says_how_sure_its_figures_are(enter: Enter, phone: bool) -> None:
    ines = enter("ines", phone=phone)
    page = ines.page
    opened(ines, "/cases/report/", heading="Report of the service")
    for label in ("Resolved at the first contact", "Promises kept", "Time to the first answer"):
        figure = page.locator(".figure", has_text=label)
        expect(figure).to_contain_text("n = ")
        expect(figure.locator(".badge")).to_be_visible()
    page.get_by_role("link", name="365 days").click()
    expect(page.get_by_role("link", name="365 days")).to_have_attribute("aria-current", "page")
    opened(ines)


def drafted(ines: Visitor, hours: str) -> None:
    """One value by the form; what can't be read is said beside its field."""
    page = ines.page
    opened(ines, "/policy/")
    page.get_by_role("link", name="Targets and limits").click()
    field = page.locator("#id_levels-0-first_answer")
    field.fill("soon")
    pressed(page.locator("main form"), "Save the draft")
    expect(page.locator("[data-errors]")).to_be_visible()
    expect(field).to_have_value("soon")
    opened(ines, heading="Targets and limits")
    field.fill(f"{hours}bh")
    pressed(page.locator("main form"), "Save the draft")
    told(ines, "The draft is saved.")
    told(ines, f"{hours} working hours")
    pressed(page.locator(".heading"), "Lay before the staff")
    told(ines, "The draft lies before the staff.")


def discussed(linh: Visitor, words: str) -> None:
    page = linh.page
    linh.go("/policy/")
    page.get_by_role("link", name="The next version").click()
    paragraph = page.locator("section.panel", has=page.get_by_role("heading", name="1.1")).first
    pressed(paragraph, "Against")
    expect(paragraph.locator("button", has_text="Against: 1")).to_have_attribute("aria-pressed", "true")
    part = paragraph.locator("details.reveal")
    part.locator("summary").click()
    part.locator("textarea").fill(words)
    pressed(part, "Comment")
    told(linh, words)
    opened(linh)


def published(ines: Visitor, words: str, hours: str) -> str:
    """Before the days to comment are over only with a reason, which stands beside the version. Returns its number."""
    page = ines.page
    ines.go("/policy/draft/")
    told(ines, words)
    form = panel(ines, "Put it in force")
    pressed(form, "Publish")
    expect(page.locator("[data-errors]")).to_be_visible()
    opened(ines)
    form.get_by_label("Reason, if the staff has not had its days to comment").fill("Christmas is near.")
    pressed(form, "Publish")
    told(ines, "is in the books.")
    told(ines, "Christmas is near.")
    told(ines, f"{hours} working hours")
    opened(ines)
    return page.locator(".heading__lead").inner_text().partition(",")[0]


def confirmed(linh: Visitor, number: str) -> None:
    page = linh.page
    opened(linh, "/", heading="Today")
    notice = page.locator(".notice", has_text="The policy waits for you")
    notice.get_by_role("link", name="Read it").click()
    expect(page.locator(".heading__lead")).to_contain_text(number)
    opened(linh)
    pressed(page.locator("main"), "I have read it")
    told(linh, "You have confirmed the policy.")


def counted(ines: Visitor) -> None:
    """Who knows it today; and who knew the version before on the day on which it was published, sixteen days ago: nobody yet."""
    page = ines.page
    ines.go("/policy/")
    known = panel(ines, "Known to all")
    expect(known).to_contain_text("1 of ")
    expect(known).to_contain_text("Tom Webb")
    panel(ines, "Versions").get_by_role("link", name="Version 2.0").click()
    expect(page.locator(".heading__lead")).to_contain_text("Version 2.0")
    expect(known).to_contain_text("4 of ")
    part = unfolded(ines, "On another day")
    part.get_by_label("Day").fill(on_the_wall(now() - timedelta(days=16))[:10])
    pressed(part, "Show")
    told(ines, "As it was at the end of")
    expect(panel(ines, "Known to all")).to_contain_text("0 of ")
    opened(ines)
