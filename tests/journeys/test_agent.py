"""Linh works the complaints of the day: an answer by e-mail, a colleague who was faster, two gestures, a promise, and a case in other hands."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Enter
from tests.journeys.houses import House
from tests.journeys.serving import given, handed_over, mail_arrives, new_customer, opened, panel, path_of, pressed, promised, told, unfolded
from tests.journeys.visitor import Visitor

SECONDS_TO_LEAVE = 75  # the sender goes round once a minute
ANSWERED: list[str] = []
SIZES = pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])


@SIZES
def test_a_complaint_by_mail_is_answered_made_good_handed_over_and_resolved(enter: Enter, bakery: House, phone: bool) -> None:
    size = "phone" if phone else "desk"
    subject = f"Cake with a crack, told by {size}"
    tom = enter("tom")
    new_customer(tom, "Odile", f"Bread-{size}", f"odile-{size}@mail.example")
    mail_arrives(bakery, sender=f"odile-{size}@mail.example", subject=subject, text="I am very disappointed: the cake had a crack.")

    linh = enter("linh", phone=phone)
    case = taken_from_the_queue(linh, subject)
    answered_after_a_collision(linh, tom, case, f"We are sorry, dear Odile of the {size}. A new cake is in the oven.")
    made_good(linh)
    promised(linh, "Call when the cake is ready", within=timedelta(hours=20))
    handed_over(linh, "Petra Nováková", "She was kind, the birthday is on Saturday.")

    petra = enter("petra", phone=phone)
    petra.go("/")
    panel(petra, "My cases").get_by_role("link", name=subject).click()
    told(petra, "She was kind, the birthday is on Saturday.")
    opened(petra)
    pressed(unfolded(petra, "Promised"), "Kept")
    told(petra, "Kept.")
    resolved(petra, subject)


def taken_from_the_queue(linh: Visitor, subject: str) -> str:
    page = linh.page
    opened(linh, "/", heading="Today")
    linh.open_rail("Cases")
    opened(linh, heading="Cases")
    found = page.locator("nav.tabs a", has_text="Complaints")
    end = time.monotonic() + 30
    while True:  # the worker reads mail once a minute, and at once what was told on the command line
        found.click()
        page.wait_for_load_state("load")
        if page.get_by_role("link", name=subject).count() or time.monotonic() > end:
            break
        time.sleep(0.5)
    page.get_by_role("link", name=subject).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(subject)
    pressed(page.locator(".heading"), "I take it")
    told(linh, "It is yours now.")
    opened(linh)
    return path_of(linh)


def answered_after_a_collision(linh: Visitor, tom: Visitor, case: str, text: str) -> None:
    """Tom answers on the phone while Linh writes: hers does not go out before she has seen his, and not a word of it is lost."""
    box = linh.page.locator("#id_text")
    box.fill(text)
    tom.go(case)
    told(tom, "Trần Thị Linh")
    tom.page.locator("#id_text").fill("Told her that we look into it.")
    tom.page.locator("#id_channel").select_option("phone")
    pressed(tom.page.locator("#answer"), "Answer")
    told(tom, "Answered.")

    with linh.page.expect_response(lambda response: response.request.method == "POST" and "/answer/" in response.url) as answer:
        pressed(linh.page.locator("#answer"), "Answer")
    assert answer.value.status == 409
    told(linh, "This case has changed since you opened it.")
    told(linh, "Told her that we look into it.")
    expect(box).to_have_value(text)
    opened(linh)
    pressed(linh.page.locator("#answer"), "Answer")
    told(linh, "Answered.")
    ANSWERED.append(text)


def made_good(linh: Visitor) -> None:
    given(linh, "5", "a coffee")
    told(linh, "Booked.")
    given(linh, "24", "a birthday cake")
    told(linh, "This is beyond your authority. It was sent for approval.")
    told(linh, "waits for approval")
    opened(linh)


def resolved(petra: Visitor, subject: str) -> None:
    """A complaint ends with its cause and with what was done about it, not without."""
    page = petra.page
    page.locator(".heading a", has_text="Resolve").click()
    opened(petra, heading="Is it settled?")
    page.locator("main form").evaluate("form => form.noValidate = true")
    page.get_by_label("What caused it").select_option("")
    pressed(page.locator("main form"), "Resolve")
    expect(page.locator("[data-errors]")).to_contain_text("A complaint is resolved with its cause")
    opened(petra)
    page.get_by_label("What caused it").select_option("product")
    page.get_by_label("What was done about it").fill("A new cake, and cakes travel upright now")
    pressed(page.locator("main form"), "Resolve")
    expect(page.get_by_role("heading", level=1)).to_have_text(subject)
    expect(page.locator(".heading")).to_contain_text("Resolved")
    opened(petra)


def test_the_answers_have_left_the_house(bakery: House) -> None:
    assert ANSWERED, "the answers are given by the journeys before"
    end = time.monotonic() + SECONDS_TO_LEAVE
    while time.monotonic() < end and missing(bakery):
        time.sleep(0.5)
    assert not missing(bakery)


def missing(bakery: House) -> list[str]:
    letters = bakery.letters()
    return [one for one in ANSWERED if not any(one in letter for letter in letters)]
