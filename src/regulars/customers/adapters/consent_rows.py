"""One row of a foreign table as something that a customer allowed or forbade, and what its columns are called."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from regulars.customers.adapters.import_rows import NO
from regulars.customers.rules.channels import CHANNELS, POINT_OF
from regulars.customers.rules.contact_points import NotReachable, normal_form
from regulars.groundwork.kernel.intake.kinds import Field
from regulars.groundwork.kernel.tables.moments import seconds_reader
from regulars.groundwork.kernel.tables.problems import BadCell, clean_text, know_problems

STAGE_COLUMNS = {
    "row": "bigint",
    "ref": "text",
    "channel": "text",
    "purpose": "text",
    "address": "text",
    "given": "bigint",
    "seconds": "bigint",
    "wording": "text",
    "how": "text",
}
FIELDS = (
    Field("customer", _("Customer number"), required=True, synonyms=("customer", "customerid", "customernumber", "custid", "member", "cardnumber", "kunde", "kundennummer", "vasarlo", "ugyfel", "khachhang", "cliente", "zakaznik", "klients")),
    Field("purpose", _("Purpose"), required=True, synonyms=("purpose", "list", "topic", "audience", "zweck", "cel", "mucdich", "finalidade", "ucel", "merkis")),
    Field("given", _("Yes or no"), required=True, synonyms=("given", "consent", "status", "optin", "subscribed", "einwilligung", "hozzajarulas", "dongy", "consentimento", "souhlas", "piekrisana")),
    Field("at", _("Said on"), shape="moment", required=True, synonyms=("at", "date", "datetime", "timestamp", "optintime", "confirmtime", "saidon", "datum", "idopont", "ngay", "data", "fecha", "datums")),
    Field("wording", _("Wording they agreed to, needed for a yes"), synonyms=("wording", "textversion", "text", "version", "wortlaut", "szoveg", "vanban", "texto", "zneni", "teksts")),
    Field("how", _("How they said it"), synonyms=("how", "proof", "evidence", "optinip", "form", "nachweis", "bizonyitek", "bangchung", "prova", "dukaz", "pieradijums")),
    Field("channel", _("Channel"), synonyms=("channel", "via", "medium", "kanal", "csatorna", "kenh", "canal", "kanals")),
    Field("address", _("Only at this address"), synonyms=("address", "email", "emailaddress", "phone", "adresse", "cim", "diachi", "endereco", "adresa", "adrese")),
)  # fmt: skip
YES = frozenset({"1", "yes", "y", "true", "t", "on", "subscribed", "given", "ja", "igen", "sim", "ano", "jā", "có", "đồng ý"})
CHANNEL_WORDS = {
    "": "email",
    "mail": "email",
    "e-mail": "email",
    "call": "phone",
    "telephone": "phone",
    "text": "sms",
    "letter": "post",
} | {one: one for one in CHANNELS}
HOW_MAX = 300

know_problems(
    {
        "consent_purpose": _("“%(value)s” is no purpose of your business. Add it under Settings, Purposes."),
        "consent_word": _("“%(value)s” is neither a yes nor a no."),
        "consent_channel": _("“%(value)s” is no channel."),
        "consent_future": _("“%(value)s” lies in the future."),
        "consent_past": _("“%(value)s” lies before 1970."),
        "consent_no_proof": _("A permission without its %(value)s is no proof of anything, and was not taken."),
        "consent_address": _("“%(value)s” is no address or number of this channel."),
        "consent_customer": _("There is no customer with the number “%(value)s”. Import customers first."),
    }
)


class ConsentRowReader:
    """Cells → staged row. Raises BadCell. A yes needs the wording and how it was said; a no needs neither."""

    def __init__(
        self,
        *,
        places: dict[str, int],
        purposes: dict[str, str],
        refusable: Collection[str],
        read_seconds: Callable[[str], int],
        now: datetime,
    ) -> None:
        self.places, self.purposes, self.refusable = places, purposes, refusable
        self.read_seconds, self.latest = read_seconds, now.timestamp() + 300

    def __call__(self, number: int, cells: list[str]) -> tuple[object, ...]:
        def text(name: str, limit: int = 200) -> str:
            place = self.places.get(name)
            return "" if place is None else clean_text(cells[place], limit=limit)

        for name in ("customer", "purpose", "at"):
            if not text(name):
                raise BadCell("missing_field", name)
        given = _answer(text("given", 40))
        purpose = self._purpose(text("purpose", 80))
        channel = CHANNEL_WORDS.get(text("channel", 40).casefold())
        if channel is None:
            raise BadCell("consent_channel", text("channel", 40))
        wording, how = text("wording", 80), text("how", HOW_MAX)
        for name, value in (("wording", wording), ("how", how)):
            if given and not value:
                raise BadCell("consent_no_proof", name)
        address = _address(channel, text("address", 320))
        return (number, text("customer", 120), channel, purpose, address, int(given), self._seconds(text("at")), wording, how)

    def _purpose(self, cell: str) -> str:
        name = self.purposes.get(cell.casefold())
        if name is None or name not in self.refusable:
            raise BadCell("consent_purpose", cell)
        return name

    def _seconds(self, cell: str) -> int:
        seconds = self.read_seconds(cell)
        if seconds > self.latest:
            raise BadCell("consent_future", cell)
        if seconds < 0:
            raise BadCell("consent_past", cell)
        return seconds


def _answer(cell: str) -> bool:
    word = cell.casefold()
    if word in YES:
        return True
    if word and word in NO:
        return False
    raise BadCell("consent_word", cell)


def _address(channel: str, cell: str) -> str:
    kind = POINT_OF.get(channel)
    if not cell or kind not in ("email", "phone"):
        return cell.casefold()
    try:
        return normal_form(kind, cell)  # type: ignore[arg-type]
    except NotReachable:
        raise BadCell("consent_address", cell) from None


__all__ = ["FIELDS", "STAGE_COLUMNS", "ConsentRowReader", "seconds_reader"]
