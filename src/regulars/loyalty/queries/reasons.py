"""Why an entry is as it is, in one sentence for members and staff; the JSON beside it says it to programs."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.groundwork.kernel.money import Money
from regulars.loyalty.models import Entry
from regulars.loyalty.queries.programs import document_of
from regulars.loyalty.queries.showing import shown_units
from regulars.loyalty.rules.document import Program as Document
from regulars.loyalty.rules.rewards import reward_named
from regulars.loyalty.rules.units import Unit


def reason_of(entry: Entry) -> str:
    """One sentence; by the version that booked the entry."""
    document = document_of(entry.version)
    unit = document.unit(entry.account.unit)
    assert unit is not None, entry.account.unit
    words = {"units": shown_units(unit, entry.units), "unit": unit_words(unit, entry.units)}
    if entry.kind == "issued" and "rules" in entry.why:
        return _earned(entry, document, unit, words)
    if entry.kind == "redeemed" and "worth_minor" in entry.why:
        worth = Money(int(entry.why["worth_minor"]), document.currency)
        return _("%(units)s %(unit)s paid %(worth)s.") % (words | {"worth": str(worth.major)})
    if entry.kind == "redeemed" and "reward" in entry.why:
        reward = reward_named(document.rewards, str(entry.why["reward"]))
        return _("%(units)s %(unit)s for “%(reward)s”.") % (words | {"reward": reward.name if reward else entry.why["reward"]})
    if entry.kind == "restored" and "voucher" in entry.why:
        return _("%(units)s %(unit)s came back: the reward was taken back.") % words
    return _by_kind(entry, unit, words)


def unit_words(unit: Unit, units: int) -> str:
    """What so many are called: the unit's own name, and for a card its stamps."""
    if unit.kind != "stamps":
        return unit.name
    return ngettext("stamp (%(card)s)", "stamps (%(card)s)", units) % {"card": unit.name}


def _earned(entry: Entry, document: Document, unit: Unit, words: dict[str, str]) -> str:
    why: dict[str, Any] = entry.why
    if entry.units:
        names = {rule.code: rule.name for rule in document.earning}
        counted = [names.get(step["rule"], step["rule"]) for step in why["rules"] if step.get("reason") == "counts"]
        return _("%(units)s %(unit)s by: %(rules)s.") % (words | {"rules": ", ".join(counted)})
    if why.get("lacks_minor"):
        lacked = Money(int(why["lacks_minor"]), document.currency)
        return _("0 %(unit)s: the basket lacked %(amount)s.") % {"unit": unit.name, "amount": str(lacked.major)}
    return _("0 %(unit)s: no rule counted for this basket.") % words


def _by_kind(entry: Entry, unit: Unit, words: dict[str, str]) -> str:
    why: dict[str, Any] = entry.why
    sentences = {
        "issued": _("%(units)s %(unit)s came."),
        "redeemed": _("%(units)s %(unit)s were redeemed."),
        "restored": _("%(units)s %(unit)s came back with a refund or a cancelled sale."),
        "clawed": _("%(units)s %(unit)s were taken back: the purchase that earned them was refunded."),
        "written_off": _("%(units)s %(unit)s that were missing are written off."),
        "expired": _("%(units)s %(unit)s ended."),
        "forfeited": _("%(units)s %(unit)s were forfeited."),
        "renewed": _("%(units)s %(unit)s came back after their end and live some days longer."),
    }
    if entry.kind == "adjusted":
        return str(why.get("reason") or _("%(units)s %(unit)s were adjusted by hand.") % words)
    if entry.kind == "transferred":
        came = entry.getter == "member"
        return (_("%(units)s %(unit)s came from another member.") if came else _("%(units)s %(unit)s went to another member.")) % words
    return sentences.get(entry.kind, _("%(units)s %(unit)s moved.")) % words
