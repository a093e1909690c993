"""One row of a foreign table as what is known of a customer."""

from __future__ import annotations

import re
from collections.abc import Callable
from zoneinfo import available_timezones

from regulars.customers.rules.contact_points import ContactKind, NotReachable, normal_form
from regulars.customers.rules.names import FAMILY_FIRST
from regulars.groundwork.kernel.tables.problems import BadCell, clean_text

STAGE_COLUMNS = {
    "row": "bigint",
    "ref": "text",
    "given_name": "text",
    "family_name": "text",
    "organisation_name": "text",
    "language": "text",
    "zone": "text",
    "note": "text",
    "branch": "bigint",
    "email": "text",
    "phone": "text",
}
LIMITS = {
    "customer": 120,
    "name": 240,
    "given_name": 120,
    "family_name": 120,
    "organisation": 200,
    "email": 254,
    "phone": 40,
    "note": 4_000,
}
# What a cell of permissions may say without being one; anything else would opt somebody in.
NO = frozenset({"", "0", "no", "n", "false", "f", "off", "unsubscribed", "cleaned", "nein", "nem", "não", "nao", "ne", "nē", "không"})
_LANGUAGE = re.compile(r"^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})?$")


class CustomerRowReader:
    """Cells → staged row. Raises BadCell."""

    def __init__(self, *, places: dict[str, int], branches: dict[str, int], visible: frozenset[int] | None) -> None:
        self.places, self.branches, self.visible = places, branches, visible

    def __call__(self, number: int, cells: list[str]) -> tuple[object, ...]:
        text = self._texts(cells)
        if not text("customer"):
            raise BadCell("missing_field", "customer")
        if text("subscribed").casefold() not in NO:
            raise BadCell("consent_without_proof", text("subscribed"))
        language = self._language(text("language"))
        given, family = _names(text("given_name"), text("family_name"), text("name"), language)
        zone = text("zone")
        if zone and zone not in available_timezones():
            raise BadCell("not_a_zone", zone)
        return (
            number,
            text("customer"),
            given,
            family,
            text("organisation"),
            language,
            zone,
            text("note"),
            self._branch(text("branch")),
            _reachable("email", text("email")),
            _reachable("phone", text("phone")),
        )

    def _texts(self, cells: list[str]) -> Callable[[str], str]:
        def text(name: str) -> str:
            place = self.places.get(name)
            return "" if place is None else clean_text(cells[place], limit=LIMITS.get(name, 64))

        return text

    def _language(self, text: str) -> str:
        code = text.replace("_", "-")
        code = code[:3].lower() + code[3:] if len(code) > 3 else code.lower()
        if code and not _LANGUAGE.match(code):
            raise BadCell("not_a_language", text)
        return code[:10]

    def _branch(self, code: str) -> int | None:
        if not code:
            return next(iter(self.visible)) if self.visible is not None and len(self.visible) == 1 else None
        branch = self.branches.get(code)
        if branch is None:
            raise BadCell("customer_unknown_branch", code)
        if self.visible is not None and branch not in self.visible:
            raise BadCell("customer_foreign_branch", code)
        return branch


def _names(given: str, family: str, full: str, language: str) -> tuple[str, str]:
    """Given and family name; a full name is cut where its language puts the family name."""
    if given or family or not full:
        return given, family
    words = full.split()
    if len(words) == 1:
        return full[:120], ""
    if language.split("-")[0] in FAMILY_FIRST:
        return " ".join(words[1:])[:120], words[0][:120]
    return " ".join(words[:-1])[:120], words[-1][:120]


def _reachable(kind: ContactKind, value: str) -> str:
    if value:
        try:
            normal_form(kind, value)
        except NotReachable as fault:
            raise BadCell(fault.code if fault.code != "empty" else "missing", value) from None
    return value
