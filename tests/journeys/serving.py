"""What happens in more than one journey about cases, and what is looked at on every page of them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, expect

from regulars.desk.rules import demo
from regulars.groundwork.kernel.clock import now

from tests.journeys.houses import House
from tests.journeys.visitor import Visitor


def opened(visitor: Visitor, path: str = "", *, heading: str | None = None) -> None:
    """Open a page of the house, or rest on the one that is open: it is whole, fits the window and holds no barrier.

    Light is enough here: every component is examined in the dark by the style guide, and every page by the walk.
    """
    if path:
        assert visitor.go(path).status == 200, path
    if heading is not None:
        expect(visitor.page.get_by_role("heading", level=1)).to_have_text(heading)
    assert visitor.headings() == 1, visitor.page.url
    assert visitor.overflow() <= 0, f"{visitor.page.url}: {visitor.overflow()} pixels too wide"
    found = visitor.barriers("light")
    assert found == [], "\n".join(found)


def told(visitor: Visitor, words: str) -> None:
    """The page says so."""
    expect(visitor.page.locator("main").get_by_text(words).first).to_be_visible()


def unfolded(visitor: Visitor, summary: str) -> Locator:
    """Unfold a part of the page that is closed at first; return it."""
    words = re.compile(f"^\\s*{re.escape(summary)}")
    part = visitor.page.locator("details", has=visitor.page.locator("summary", has_text=words)).first
    brings = visitor.page.locator("p.reveal a", has_text=words)
    if brings.count():
        brings.first.click()
        expect(part).to_be_visible()
    if part.get_attribute("open") is None:
        part.locator("summary").first.click()
    return part


def pressed(place: Locator, button: str) -> None:
    """Press the button that says so, and wait for what comes."""
    place.locator("button", has_text=button).first.click()
    place.page.wait_for_load_state("load")


def panel(visitor: Visitor, title: str) -> Locator:
    """A panel of the page by its title."""
    return visitor.page.locator("section.panel", has=visitor.page.get_by_role("heading", name=title)).first


def new_customer(visitor: Visitor, given: str, family: str, email: str = "") -> str:
    """Enter a customer; return the address of their page."""
    visitor.go("/customers/new/")
    visitor.page.get_by_label("Given name").fill(given)
    visitor.page.get_by_label("Family name").fill(family)
    if email:
        visitor.page.get_by_label("E-mail").fill(email)
    pressed(visitor.page.locator("main form"), "Save")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text(f"{given} {family}")
    return path_of(visitor)


def new_case(visitor: Visitor, customer: str, subject: str, *, mine: bool = True) -> str:
    """Open a complaint about waiting that a customer told on the phone; return the address of its page."""
    page = visitor.page
    visitor.go(f"{customer}cases/new/")
    page.get_by_label("How they turned to us").select_option("phone")
    page.get_by_label("What it is").select_option("complaint")
    page.get_by_label("In a few words").fill(subject)
    page.get_by_label("What the customer said").fill(f"{subject}. I waited for half an hour.")
    page.get_by_label("What they ask for").fill("An apology")
    page.get_by_label("About").select_option("waiting")
    page.get_by_label("I take care of it").set_checked(mine)
    pressed(page.locator("main form"), "Open the case")
    expect(page.get_by_role("heading", level=1)).to_have_text(subject)
    return path_of(visitor)


def promised(visitor: Visitor, what: str, *, within: timedelta) -> None:
    """Promise something in the case that is open."""
    part = unfolded(visitor, "Promise something")
    part.get_by_label("What I promise").fill(what)
    part.get_by_label("Until").fill(on_the_wall(now() + within))
    pressed(part, "Promise")
    told(visitor, "Promised.")


def given(visitor: Visitor, amount: str, words: str) -> None:
    """Give the customer of the case that is open a gesture of goodwill, or ask for one."""
    part = unfolded(visitor, "Give something")
    part.locator("select").select_option("goodwill")
    part.get_by_label("How much").fill(amount)
    part.get_by_label("What for").fill(words)
    pressed(part, "Give")


def handed_over(visitor: Visitor, to: str, words: str) -> None:
    """Hand the case that is open to a colleague, with what they need to know."""
    part = unfolded(visitor, "Hand over")
    part.get_by_label("Who has it").select_option(label=to)
    part.get_by_label("What the next one needs to know").fill(words)
    pressed(part, "Hand over")
    told(visitor, "Handed over.")


def mail_arrives(house: House, *, sender: str, subject: str, text: str) -> None:
    """Somebody writes to the bakery."""
    name = re.sub(r"\W+", "-", subject)
    head = f"From: {sender}\r\nTo: hello@fennel-rye.example\r\nSubject: {subject}\r\nMessage-ID: <{name}@mail.example>\r\nDate: {format_datetime(now())}\r\n"
    house.order("mail", "ingest", str(house.keep(f"{name}.eml", f"{head}\r\n{text}\r\n")))


def on_the_wall(at: datetime) -> str:
    """An instant as the field for a moment of the bakery takes it."""
    return at.astimezone(ZoneInfo(demo.ZONE)).strftime("%Y-%m-%dT%H:%M")


def path_of(visitor: Visitor) -> str:
    """The address of the page that is open, within the house."""
    return visitor.page.url.removeprefix(visitor.address).partition("#")[0].partition("?")[0]
