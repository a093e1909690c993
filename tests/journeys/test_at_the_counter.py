"""Tom at the counter with a phone; somebody with a keyboard only; somebody whose browser runs no script."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.conftest import Enter


def test_the_cashier_finds_a_customer_on_the_phone(enter: Enter) -> None:
    tom = enter("tom", phone=True)
    tom.go("/")
    box = tom.page.locator("#house-search")
    assert float(str(box.evaluate("one => getComputedStyle(one).fontSize")).removesuffix("px")) >= 16
    box.fill("cleo")
    box.press("Enter")
    tom.page.get_by_role("link", name="Cleo Marsh").click()
    expect(tom.page.get_by_role("heading", level=1)).to_have_text("Cleo Marsh")
    assert tom.overflow() <= 0
    tom.open_rail("Purchases")
    expect(tom.page.get_by_role("heading", level=1)).to_have_text("Purchases")


def test_the_phone_reaches_what_stands_under_more(enter: Enter) -> None:
    ines = enter("ines", phone=True)
    ines.go("/")
    ines.open_rail("Settings")
    expect(ines.page.get_by_role("heading", level=1)).to_have_text("Settings")
    for target in ines.page.locator("nav.rail a:visible, nav.rail summary:visible").all():
        area = target.bounding_box()
        assert area is not None
        assert min(area["width"], area["height"]) >= 44


def test_names_are_found_without_their_accents(enter: Enter) -> None:
    tom = enter("tom")
    tom.go("/customers/?q=nguyen")
    assert tom.page.locator("tbody tr").count() >= 1
    expect(tom.page.locator("tbody tr").first).to_contain_text("Nguyễn")


def test_everything_can_be_done_by_keyboard(enter: Enter) -> None:
    ines = enter("ines")
    page = ines.page
    ines.go("/")
    page.keyboard.press("Tab")
    assert ines.focused() == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("/")
    page.keyboard.type("marsh")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("q=marsh"))
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    assert ines.focused() == "Cleo Marsh"
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cleo Marsh")
    page.keyboard.press("g")
    page.keyboard.press("p")
    expect(page.get_by_role("heading", level=1)).to_have_text("Purchases")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    assert ines.barriers("light") == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_hidden()


def test_the_focus_is_always_to_be_seen(enter: Enter) -> None:
    ines = enter("ines")
    ines.go("/customers/")
    for _ in range(14):
        ines.page.keyboard.press("Tab")
        style = ines.page.evaluate(
            "(() => { const one = document.activeElement, own = getComputedStyle(one), after = getComputedStyle(one, '::after');"
            " return [own.outlineStyle, own.outlineWidth, after.outlineStyle, after.outlineWidth]; })()"
        )
        assert (style[0], style[1]) != ("none", "0px") or (style[2], style[3]) != ("none", "0px")
        assert style[0] == "solid" or style[2] == "solid", style


def test_single_keys_can_be_switched_off(enter: Enter) -> None:
    ines = enter("ines")
    ines.go("/")
    ines.page.locator(".menu > summary").click()
    ines.page.get_by_role("button", name="Switch shortcuts off").click()
    ines.page.wait_for_load_state("load")
    ines.page.keyboard.press("?")
    expect(ines.page.locator("#shortcuts")).to_be_hidden()


def test_the_theme_changes_at_once_and_is_remembered(enter: Enter) -> None:
    ines = enter("ines")
    ines.go("/")
    ines.page.locator(".menu > summary").click()
    with ines.page.expect_response(re.compile("/design/theme")):
        ines.page.get_by_role("button", name="Dark").click()
    assert ines.page.locator("html").get_attribute("data-theme") == "dark"
    ines.go("/customers/")
    assert ines.page.locator("html").get_attribute("data-theme") == "dark"
    assert ines.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(17, 20, 24)"


def test_a_mistake_is_said_first_and_what_was_typed_stays(enter: Enter) -> None:
    ines = enter("ines")
    ines.go("/customers/new/")
    ines.page.get_by_label("Given name").fill("Bela")
    ines.page.get_by_label("E-mail").fill("not an address")
    ines.page.locator("main form").evaluate("form => form.noValidate = true")
    with ines.page.expect_response(lambda response: response.request.method == "POST") as answer:
        ines.page.get_by_role("button", name="Save").click()
    assert answer.value.status == 422
    expect(ines.page.locator("[data-errors]")).to_be_focused()
    expect(ines.page.get_by_label("Given name")).to_have_value("Bela")
    assert ines.barriers() == []


def test_an_impatient_hand_records_nothing_twice(enter: Enter) -> None:
    ines = enter("ines")
    ines.go("/customers/new/")
    ines.page.get_by_label("Given name").fill("Impatient")
    ines.page.get_by_label("Family name").fill("Hand")
    ines.page.get_by_role("button", name="Save").dblclick()
    expect(ines.page.get_by_role("heading", level=1)).to_have_text("Impatient Hand")
    ines.go("/customers/?q=impatient+hand")
    assert ines.page.locator("tbody tr").count() == 1


def test_without_script_the_work_goes_on(enter: Enter) -> None:
    ines = enter("ines", script=False)
    page = ines.page
    ines.go("/")
    page.locator("#house-search").fill("bo lindqvist")
    page.locator("#house-search").press("Enter")
    page.get_by_role("link", name="Bo Lindqvist").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bo Lindqvist")
    page.locator(".menu > summary").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    ines.go("/customers/new/")
    page.get_by_label("Given name").fill("Without")
    page.get_by_label("Family name").fill("Script")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Without Script")
    ines.open_rail("Customers")
    page.get_by_role("link", name="Next").click()
    expect(page.locator("tbody tr").first).to_be_visible()
