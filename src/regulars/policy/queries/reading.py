"""Documents and words into rules, or a refusal that says what stood where."""

from __future__ import annotations

from django.utils.translation import gettext as _

from regulars.groundwork.kernel.refusals import Refusal
from regulars.policy.rules.calendars import Calendar, CalendarFault, calendar_from
from regulars.policy.rules.targets import Target, TargetFault, target_from


class CalendarRefused(Refusal):
    code = "calendar_refused"

    def __init__(self, fault: CalendarFault) -> None:
        super().__init__(_calendar_sentence(fault), reason=fault.code, place=fault.place)


class TargetRefused(Refusal):
    code = "target_refused"

    def __init__(self, fault: TargetFault) -> None:
        super().__init__(_target_sentence(fault), reason=fault.code)


def calendar_of(document: object) -> Calendar:
    """Read a calendar document. Raises CalendarRefused."""
    try:
        return calendar_from(document)
    except CalendarFault as fault:
        raise CalendarRefused(fault) from None


def target_of(text: str) -> Target:
    """Read a target such as “8bh”. Raises TargetRefused."""
    try:
        return target_from(text)
    except TargetFault as fault:
        raise TargetRefused(fault) from None


def _calendar_sentence(fault: CalendarFault) -> str:
    sentences = {
        "not_an_object": _("At %(place)s the calendar needs an object, not “%(found)s”."),
        "not_a_list": _("At %(place)s the calendar needs a list, not “%(found)s”."),
        "unknown_word": _("A calendar has zone, weekly, exceptions and holidays; “%(found)s” is none of them."),
        "unknown_zone": _("“%(found)s” is no time zone. One is “Europe/Berlin”."),
        "unknown_weekday": _("“%(found)s” is no weekday. They are mon, tue, wed, thu, fri, sat and sun."),
        "too_many_entries": _("At %(place)s stand %(found)s dates; 5,000 is the most."),
        "not_a_date": _("At %(place)s, “%(found)s” is no date such as 2026-12-25."),
        "date_twice": _("%(found)s stands under the exceptions and under the holidays. Say it once."),
        "intervals_overlap": _("At %(place)s two intervals overlap."),
        "not_an_interval": _("At %(place)s, “%(found)s” is no interval of two times."),
        "not_a_time": _("At %(place)s, “%(found)s” is no time of day such as 09:00; only an end may be 24:00."),
        "empty_interval": _("At %(place)s an interval begins and ends at %(found)s."),
        "no_working_time": _("The calendar has no working time at all, so nothing would ever fall due."),
    }
    return sentences[fault.code] % {"place": fault.place, "found": fault.found}


def _target_sentence(fault: TargetFault) -> str:
    sentences = {
        "not_a_target": _(
            "“%(found)s” is no target. Targets are written 8bh, 30bm, 24h, 45m, 3bd, 5d or 8w, those in days also 3bd-close."
        ),
        "target_of_nothing": _("“%(found)s” leaves no time at all."),
        "target_too_long": _("“%(found)s” is longer than ten years."),
        "close_needs_days": _("“%(found)s”: only targets in bd, d or w can end at close."),
    }
    return sentences[fault.code] % {"found": fault.found}
