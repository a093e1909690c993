"""Somebody in front of a browser. They notice what no visitor should: errors, broken policies, other hosts, barriers."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import urlsplit

import axe_playwright_python
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, Scheme] = ("light", "dark")


class Visitor:
    """One browser window at one house."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context = context
        self.address = address
        self.faults: list[str] = []
        self.page: Page = context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}: {error}"))
        self.page.on("request", self._notice)

    def go(self, path: str) -> Response:
        """Open an address of the house and wait until it rests."""
        response = self.page.goto(self.address + path, wait_until="load")
        assert response is not None
        return response

    def sign_in(self, email: str, password: str) -> None:
        self.go("/sign-in/")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        self.page.wait_for_url(lambda url: "/sign-in" not in url)

    def open_rail(self, word: str) -> None:
        """Follow a word of the rail; on a phone it may stand under More."""
        link = self.page.locator("nav.rail a:visible", has_text=word)
        if not link.count():
            self.page.locator(".rail__more > summary").click()
        link.first.click()
        self.page.wait_for_load_state("load")

    def barriers(self, *schemes: Scheme) -> list[str]:
        """Return what axe finds on this page, in light and in dark."""
        found: list[str] = []
        for scheme in schemes or SCHEMES:
            self.page.emulate_media(color_scheme=scheme)
            self.page.evaluate(f"{AXE};0")
            result = cast("dict[str, Any]", self.page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES))
            for violation in result["violations"]:
                nodes = "; ".join(f"{node['target']} {node['failureSummary']}" for node in violation["nodes"][:3])
                found.append(f"{self.page.url} ({scheme}) {violation['id']}: {nodes}")
        return found

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def headings(self) -> int:
        return self.page.locator("h1").count()

    def focused(self) -> str:
        """Return the text of what holds the focus."""
        return str(self.page.evaluate("(document.activeElement?.innerText || document.activeElement?.value || '').trim()"))

    def local_links(self) -> list[str]:
        """Return the addresses of this house that the page links to, without downloads and fragments."""
        anchors = cast("list[str]", self.page.evaluate("[...document.querySelectorAll('a[href]:not([download])')].map(one => one.href)"))
        host = urlsplit(self.address).netloc
        parts = [urlsplit(one) for one in anchors]
        return [f"{one.path}?{one.query}".removesuffix("?") for one in parts if one.netloc == host]

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"}:
            return
        # The browser itself reports an answer such as 422 or 404; what the program answers is checked by the journey.
        if message.text.startswith("Failed to load resource"):
            return
        self.faults.append(f"{self.page.url}: {message.text}")

    def _notice(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:", "about:")):
            self.faults.append(f"{self.page.url} asks {request.url}")
