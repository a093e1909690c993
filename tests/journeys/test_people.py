"""What customers say is noted, records become one, and somebody is forgotten: in a browser, on a desk and on a phone."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.journeys.conftest import Enter


def open_customer(visitor: object, text: str) -> str:
    visitor.go(f"/customers/?q={text}")  # type: ignore[attr-defined]
    visitor.page.locator("a.row-link").first.click()  # type: ignore[attr-defined]
    visitor.page.wait_for_load_state("load")  # type: ignore[attr-defined]
    return str(visitor.page.url).rstrip("/").rpartition("/")[2]  # type: ignore[attr-defined]


def test_wishes_are_noted_on_a_phone(enter: Enter) -> None:
    tom = enter("tom", phone=True)
    customer = open_customer(tom, "cleo")
    tom.go(f"/customers/{customer}/consent/")
    assert tom.barriers() == []
    assert tom.overflow() <= 0
    tom.page.get_by_label("Phone", exact=True).first.check()
    tom.page.get_by_label("Interested in").fill("rye")
    tom.page.get_by_role("button", name="Note their wishes").click()
    expect(tom.page.get_by_text("Their wishes are noted")).to_be_visible()
    tom.go(f"/customers/{customer}/")
    expect(tom.page.get_by_text("Never by: Phone.")).to_be_visible()
    assert tom.overflow() <= 0


def test_a_yes_without_its_proof_is_refused_in_words(enter: Enter) -> None:
    ines = enter("ines")
    customer = open_customer(ines, "cleo")
    ines.go(f"/customers/{customer}/consent/")
    ines.page.get_by_role("button", name="Note it").click()
    expect(ines.page.get_by_text("A permission counts only with its proof").first).to_be_visible()
    assert ines.barriers() == []
    ines.page.get_by_label("Wording").fill("card 7")
    ines.page.get_by_label("How they said it").fill("signed it")
    ines.page.get_by_role("button", name="Note it").click()
    expect(ines.page.get_by_text("with you as the witness")).to_be_visible()
    assert ines.barriers() == []


def test_pages_about_people_hold_no_barrier_and_fit(enter: Enter) -> None:
    for phone in (False, True):
        ines = enter("ines", phone=phone)
        customer = open_customer(ines, "cleo")
        for path in (
            "/customers/duplicates/",
            *(f"/customers/{customer}/{page}" for page in ("", "merge/?q=a", "together/?q=a", "forget/", "consent/")),
        ):
            assert ines.go(path).status == 200
            assert ines.overflow() <= 0, path
            assert ines.barriers("light") == [], path


def test_the_public_pages_hold_no_barrier(enter: Enter) -> None:
    stranger = enter(phone=True, script=False)
    assert stranger.go("/confirm/nothing/").status == 410
    watcher = enter(phone=True)
    watcher.go("/confirm/nothing/")
    assert watcher.barriers() == []
    assert watcher.overflow() <= 0
