"""The gate's answers in words that a customer's neighbour would understand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from regulars.contacts.queries.terms import channel_words
from regulars.contacts.rules.gate_deciding import Outcome, Why
from regulars.contacts.rules.gate_windows import Held

ZONES_SHOWN = 3


@dataclass(frozen=True)
class UsedContact:
    """A contact (or a reservation) that uses up budget. `id` is its reservation's."""

    id: str
    at: datetime
    channel: str
    purpose: str
    contact_class: str
    weight: int
    priority: int
    state: Literal["reserved", "confirmed"]


@dataclass(frozen=True)
class Reason:
    """Why: a stable code, a sentence, and the contacts that count."""

    code: str
    sentence: str
    contacts: tuple[UsedContact, ...] = ()


@dataclass(frozen=True)
class Decision:
    """The gate's answer. `at` is the instant asked about, `until` when it could be, `reservation` the id of the place that was reserved."""

    answer: Literal["allow", "defer", "refuse"]
    until: datetime | None
    reasons: tuple[Reason, ...]
    reservation: str | None
    at: datetime
    weight: int = 1
    rules_version: int = 0

    @property
    def allowed(self) -> bool:
        """Whether it may go out at `at`."""
        return self.answer == "allow"


# Marked here, translated one by one: the gate explains itself thousands of times a second.
SENTENCES = {
    "own_hours": gettext_noop("They wish to be contacted at other hours."),
    "own_channel": gettext_noop("They don't wish to be contacted by this channel: %(channel)s."),
    "complaint_open": gettext_noop("A complaint is open (%(reason)s); until it is closed, this waits."),
    "complaint_recent": gettext_noop("A complaint was closed less than %(days)d days ago (%(reason)s)."),
    "expired": gettext_noop("It is past its own last moment."),
    "expires_first": gettext_noop("The first free moment comes only after it has expired."),
    "too_heavy": gettext_noop("It weighs %(weight)d; the rule “%(cap)s” allows %(most)d in all."),
    "never_open": gettext_noop("There is no free moment in the next sixty days."),
    "passes": gettext_noop("Contacts of this class always pass."),
    "reservation_preempted": gettext_noop("The place went to something more urgent, or the rules have changed."),
    "reservation_released": gettext_noop("The place was given back."),
    "reservation_expired": gettext_noop("The place was held for a time and nobody used it."),
}


def explained(outcome: Outcome, *, reservation: str | None = None, rules_version: int = 0) -> Decision:
    """An outcome in words."""
    reasons = tuple(Reason(one.code, _sentence(one), tuple(used(entry) for entry in one.entries)) for one in outcome.reasons)
    return Decision(outcome.answer, outcome.until, reasons, reservation, outcome.at, outcome.weight, rules_version)


def used(entry: Held) -> UsedContact:
    """An entry of the ledger as people see it."""
    return UsedContact(
        entry.key,
        entry.at,
        entry.channel,
        entry.purpose,
        entry.contact_class,
        entry.weight,
        entry.priority,
        "reserved" if entry.reserved else "confirmed",
    )


def _sentence(why: Why) -> str:
    if "sentence" in why.values:
        return str(why.values["sentence"])
    if why.code in ("pressure", "household", "own_frequency", "held_for_higher_priority"):
        return _about_budget(why)
    if why.code == "quiet_hours":
        return _about_quiet(why)
    values = dict(why.values)
    if "channel" in values:
        values["channel"] = dict(channel_words()).get(str(values["channel"]), str(values["channel"]))
    sentence = _(SENTENCES[why.code])
    return sentence % values if values else sentence


def _about_budget(why: Why) -> str:
    most, days, hours = int(why.values["most"]), int(why.values["days"]), int(why.values["hours"])
    whole_days = hours == days * 24
    values = {"cap": why.values["cap"], "most": most, "days": days, "hours": hours}
    if why.code == "own_frequency":
        return (
            ngettext(
                "They wish to hear from us at most %(most)d time in %(days)d days.",
                "They wish to hear from us at most %(most)d times in %(days)d days.",
                most,
            )
            % values
        )
    if why.code == "household":
        return (
            ngettext(
                "This household may get %(most)d letter in %(days)d days (rule “%(cap)s”), and that is used up.",
                "This household may get %(most)d letters in %(days)d days (rule “%(cap)s”), and they are used up.",
                most,
            )
            % values
        )
    if why.code == "held_for_higher_priority":
        return _("The last place is held for something more urgent (rule “%(cap)s”).") % values
    if whole_days:
        return _("In any %(days)d days they may be contacted up to a weight of %(most)d (rule “%(cap)s”), and that is used up.") % values
    return _("In any %(hours)d hours they may be contacted up to a weight of %(most)d (rule “%(cap)s”), and that is used up.") % values


def _about_quiet(why: Why) -> str:
    zones = str(why.values["zones"]).split(", ")
    words = ", ".join(zones[:ZONES_SHOWN])
    if why.values["known"]:
        return _("It is quiet time where they live (%(zones)s).") % {"zones": words}
    if len(zones) <= ZONES_SHOWN:
        return _("Nobody knows their time zone, and it is quiet time in one that they may live in (%(zones)s).") % {"zones": words}
    return _("Nobody knows their time zone, and it is quiet time in one of %(count)d that they may live in (%(zones)s and others).") % {
        "count": len(zones),
        "zones": words,
    }
