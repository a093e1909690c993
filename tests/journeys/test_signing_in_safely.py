"""Second factors as somebody sets them up: an app, a passkey in a real browser (with its virtual authenticator), coming in again by each."""

from __future__ import annotations

import pyotp

from regulars.desk.rules import demo

from tests.journeys.conftest import Enter
from tests.journeys.houses import House


def test_a_passkey_made_in_the_browser_opens_the_door_without_a_password(enter: Enter, bakery: House) -> None:
    # Nobody whose kept key a later journey needs: a new factor ends all older sessions.
    email = next(one.email for one in demo.STAFF if one.email.startswith("rui"))
    visitor = enter(house=bakery)
    page = visitor.page
    line = visitor.context.new_cdp_session(page)
    line.send("WebAuthn.enable")
    line.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    visitor.sign_in(email, demo.PASSWORD)
    visitor.go("/account/security/")
    assert visitor.barriers() == []
    page.get_by_role("link", name="Add a passkey").click()
    assert visitor.barriers() == []
    page.get_by_label("Call it").fill("Till tablet")
    page.get_by_role("button", name="Make the passkey").click()
    page.wait_for_url("**/account/security/")
    assert page.get_by_text("Till tablet", exact=True).first.is_visible()
    visitor.context.clear_cookies()
    visitor.go("/sign-in/")
    assert visitor.barriers() == []
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(bakery.address + "/")
    assert page.locator("h1").count() == 1


def test_an_app_is_connected_and_asked_for_at_the_next_sign_in(enter: Enter, bakery: House) -> None:
    email = sorted(one.email for one in demo.STAFF)[0]
    visitor = enter(house=bakery, phone=True)
    page = visitor.page
    visitor.sign_in(email, demo.PASSWORD)
    visitor.go("/account/security/app/")
    assert visitor.barriers() == []
    assert visitor.overflow() <= 0
    page.get_by_text("No camera? Type this key").click()
    app = pyotp.TOTP(page.locator("#secret").inner_text().replace(" ", ""))
    page.get_by_label("Code that the app shows").fill(app.now())
    page.get_by_role("button", name="Connect").click()
    page.get_by_role("heading", name="Keep these codes now").wait_for()
    assert visitor.barriers() == []
    code = page.locator("#codes code").first.inner_text()
    visitor.context.clear_cookies()
    visitor.go("/sign-in/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(demo.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/second-step/")
    assert visitor.barriers() == []
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(bakery.address + "/")
    visitor.go("/account/security/")
    assert page.get_by_text("9 unused codes").is_visible()
    page.get_by_role("button", name="Remove").first.click()
    page.get_by_text("The authenticator app is removed.").wait_for()
