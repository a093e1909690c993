"""One row of a foreign table as a contact, and what its columns are called."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from regulars.contacts.rules.gate_document import ContactClass
from regulars.contacts.rules.particulars import MINUTES_MAX
from regulars.contacts.rules.words import CHANNELS
from regulars.groundwork.kernel.intake.kinds import Field
from regulars.groundwork.kernel.tables.moments import seconds_reader
from regulars.groundwork.kernel.tables.problems import BadCell, clean_text, know_problems

STAGE_COLUMNS = {
    "row": "bigint",
    "ref": "text",
    "seconds": "bigint",
    "channel": "text",
    "direction": "text",
    "nature": "text",
    "topic": "text",
    "outcome": "text",
    "mood": "bigint",
    "minutes": "bigint",
    "staff": "bigint",
    "branch": "bigint",
    "note": "text",
    "contact_class": "text",
    "natural_key": "text",
}
FIELDS = (
    Field("customer", _("Customer number"), required=True, synonyms=("customer", "customerid", "customernumber", "custid", "member", "cardnumber", "kunde", "kundennummer", "vasarlo", "ugyfel", "khachhang", "cliente", "zakaznik", "klients")),
    Field("at", _("Date and time"), shape="moment", required=True, synonyms=("at", "date", "datetime", "timestamp", "time", "datum", "idopont", "ngay", "data", "fecha", "datums")),
    Field("channel", _("Channel"), required=True, synonyms=("channel", "type", "medium", "via", "kanal", "csatorna", "kenh", "canal")),
    Field("direction", _("In or out"), synonyms=("direction", "inout", "richtung", "irany", "huong", "direcao", "smer", "virziens")),
    Field("nature", _("Nature"), required=True, synonyms=("nature", "reason", "category", "kind", "art", "grund", "jelleg", "natureza", "duvod", "veids")),
    Field("topic", _("Topic"), synonyms=("topic", "subject", "about", "thema", "betreff", "tema", "targy", "chude", "assunto", "predmet")),
    Field("outcome", _("Outcome"), synonyms=("outcome", "result", "disposition", "ergebnis", "eredmeny", "ketqua", "resultado", "vysledek", "rezultats")),
    Field("mood", _("Mood (−2 to 2)"), synonyms=("mood", "sentiment", "satisfaction", "stimmung", "hangulat", "humor", "nalada")),
    Field("minutes", _("Minutes"), synonyms=("minutes", "duration", "durationminutes", "minuten", "perc", "phut", "minutos", "minuty")),
    Field("staff", _("Staff (e-mail)"), synonyms=("staff", "agent", "employee", "user", "mitarbeiter", "munkatars", "nhanvien", "funcionario", "zamestnanec")),
    Field("branch", _("Branch code"), synonyms=("branch", "branchcode", "store", "shop", "filiale", "uzlet", "chinhanh", "loja", "pobocka", "veikals")),
    Field("note", _("Note"), synonyms=("note", "notes", "comment", "text", "description", "notiz", "bemerkung", "megjegyzes", "ghichu", "nota", "poznamka", "piezime")),
    Field("class", _("Class at the gate"), synonyms=("class", "contactclass", "klasse", "osztaly", "classe", "trida", "klase")),
    Field("key", _("Number of the contact"), synonyms=("key", "id", "contactid", "number", "ticket", "ticketid", "callid", "nummer", "azonosito")),
)  # fmt: skip
IN_WORDS = {"in", "inbound", "incoming", "received", "eingehend", "bejovo", "entrada", "prichozi"}
OUT_WORDS = {"out", "outbound", "outgoing", "sent", "ausgehend", "kimeno", "saida", "odchozi"}
CHANNEL_WORDS = {
    "mail": "email", "e-mail": "email", "call": "phone", "telephone": "phone", "text": "sms", "letter": "post", "meeting": "visit", "shop": "till",
    "store": "till", "instagram": "social", "facebook": "social", "mastodon": "social",
} | {one: one for one in CHANNELS}  # fmt: skip
NOTE_MAX = 10_000

know_problems(
    {
        "contact_future": _("“%(value)s” lies in the future."),
        "contact_past": _("“%(value)s” lies before 1970."),
        "contact_channel": _("“%(value)s” is no channel. Channels are: email, phone, sms, post, social, visit, till."),
        "contact_direction": _("“%(value)s” is neither in nor out."),
        "contact_nature": _("Your business has no nature of contact called “%(value)s”. Add it under Settings, Words of the contact log."),
        "contact_topic": _("Your business has no topic called “%(value)s”. Add it under Settings, Words of the contact log."),
        "contact_outcome": _("Your business has no outcome called “%(value)s”. Add it under Settings, Words of the contact log."),
        "contact_mood": _("“%(value)s” is no mood: a whole number from −2 to 2."),
        "contact_minutes": _("“%(value)s” is no number of minutes from 0 to 1440."),
        "contact_staff": _("Nobody who works here has the address “%(value)s”."),
        "contact_branch": _("There is no branch with the code “%(value)s” among yours."),
        "contact_customer": _("There is no customer with the number “%(value)s”. Import customers first."),
        "contact_class": _("“%(value)s” is no class: promotional, survey, service, reply, transactional, security, legal or recall."),
        "contact_taken": _("A contact with the number “%(value)s” is on record already, with other content."),
    }
)


class ContactRowReader:
    """Cells → staged row. Raises BadCell. The dictionaries map what files write to what the records know."""

    def __init__(
        self,
        *,
        places: dict[str, int],
        terms: dict[str, dict[str, str]],
        staff: dict[str, int],
        branches: dict[str, int],
        read_seconds: Callable[[str], int],
        now: datetime,
    ) -> None:
        self.places, self.terms, self.staff, self.branches = places, terms, staff, branches
        self.read_seconds, self.latest = read_seconds, now.timestamp() + 300

    def __call__(self, number: int, cells: list[str]) -> tuple[object, ...]:
        def text(name: str, limit: int = 200) -> str:
            place = self.places.get(name)
            return "" if place is None else clean_text(cells[place], limit=limit)

        for name in ("customer", "at", "channel", "nature"):
            if not text(name):
                raise BadCell("missing_field", name)
        channel = CHANNEL_WORDS.get(text("channel").casefold())
        if channel is None:
            raise BadCell("contact_channel", text("channel"))
        said = (text("customer", 120), self._seconds(text("at")), channel, self._direction(text("direction")))
        words = tuple(self._term(kind, text(kind, 60)) for kind in ("nature", "topic", "outcome"))
        note = text("note", NOTE_MAX)
        numbers = (self._whole("mood", text("mood"), -2, 2), self._whole("minutes", text("minutes"), 0, MINUTES_MAX))
        people = (self._known("staff", self.staff, text("staff").casefold()), self._known("branch", self.branches, text("branch")))
        own = text("key", 160)
        contact_class = text("class", 40).casefold() or ContactClass.SERVICE.value
        if contact_class not in set(ContactClass):
            raise BadCell("contact_class", text("class", 40))
        natural = own or "row:" + hashlib.sha256(repr((said, words, note)).encode()).hexdigest()
        return (number, *said, *words, *numbers, *people, note, contact_class, natural)

    def _seconds(self, cell: str) -> int:
        seconds = self.read_seconds(cell)
        if seconds > self.latest:
            raise BadCell("contact_future", cell)
        if seconds < 0:
            raise BadCell("contact_past", cell)
        return seconds

    def _direction(self, cell: str) -> str:
        word = cell.casefold()
        if not word or word in IN_WORDS:
            return "in"
        if word in OUT_WORDS:
            return "out"
        raise BadCell("contact_direction", cell)

    def _term(self, kind: str, cell: str) -> str:
        if not cell and kind != "nature":
            return ""
        code = self.terms[kind].get(cell.casefold())
        if code is None:
            raise BadCell(f"contact_{kind}", cell)
        return code

    def _whole(self, name: str, cell: str, least: int, most: int) -> int | None:
        if not cell:
            return None
        try:
            value = int(cell.replace("\u2212", "-"))
        except ValueError:
            raise BadCell(f"contact_{name}", cell) from None
        if not least <= value <= most:
            raise BadCell(f"contact_{name}", cell)
        return value

    def _known(self, name: str, known: dict[str, int], cell: str) -> int | None:
        if not cell:
            return None
        if cell not in known:
            raise BadCell(f"contact_{name}", cell)
        return known[cell]


__all__ = ["FIELDS", "STAGE_COLUMNS", "ContactRowReader", "seconds_reader"]
