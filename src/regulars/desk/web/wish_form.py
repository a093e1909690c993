"""The form of wishes: how, when and how often. The staff's page and the customer's own use the same one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time
from typing import Any

from babel.dates import get_day_names
from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from regulars.customers.queries import Wishes
from regulars.policy.queries import CHANNEL_WORDS

WRITTEN_TO = ("email", "phone", "sms", "post", "social")
DAYS = range(7)
LAST_MINUTE = 24 * 60


def channel_name(channel: str) -> str:
    """A channel as people call it."""
    return str(CHANNEL_WORDS.get(channel, channel))


class WishesForm(forms.Form):
    """Channels, hours, frequency, topics. `fields_of_day` hands a template the two fields of a weekday."""

    channels_never = forms.MultipleChoiceField(
        label=gettext_lazy("Never by"),
        choices=[(name, CHANNEL_WORDS[name]) for name in WRITTEN_TO],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    preferred_channel = forms.ChoiceField(
        label=gettext_lazy("Best by"),
        choices=[("", gettext_lazy("No wish")), *((name, CHANNEL_WORDS[name]) for name in WRITTEN_TO)],
        required=False,
    )
    at_most_count = forms.IntegerField(label=gettext_lazy("At most this many contacts"), min_value=1, max_value=100, required=False)
    at_most_days = forms.IntegerField(label=gettext_lazy("within this many days"), min_value=1, max_value=366, required=False)
    topics = forms.CharField(
        label=gettext_lazy("Interested in"),
        help_text=gettext_lazy("Separated by commas: rye, baking classes"),
        max_length=600,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = get_day_names("wide", locale=(get_language() or "en").replace("-", "_"))
        for day in DAYS:
            for part, words in (("from", _("%(day)s from")), ("to", _("%(day)s until"))):
                self.fields[f"{part}_{day}"] = forms.TimeField(
                    label=words % {"day": names[day]}, required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
                )

    @property
    def days(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The two fields of each weekday, Monday first."""
        return [(self[f"from_{day}"], self[f"to_{day}"]) for day in DAYS]

    @property
    def has_hours(self) -> bool:
        """Whether any day has something to show."""
        return any(field.value() or field.errors for pair in self.days for field in pair)

    def clean(self) -> dict[str, Any]:
        """Both ends of a day or none, and both halves of a frequency or none."""
        given = super().clean() or {}
        for day in DAYS:
            start, end = given.get(f"from_{day}"), given.get(f"to_{day}")
            if (start is None) != (end is None):
                self.add_error(f"to_{day}" if end is None else f"from_{day}", _("Give both times of the day, or none."))
            elif start is not None and end is not None and _minute(end, ending=True) <= _minute(start):
                self.add_error(f"to_{day}", _("The day's hours end after they begin."))
        if (given.get("at_most_count") is None) != (given.get("at_most_days") is None):
            self.add_error("at_most_count", _("Say both: how many contacts, in how many days."))
        return given

    def stated(self) -> dict[str, Any]:
        """The wishes as `customers.services.state_wishes` takes them."""
        given = self.cleaned_data
        spans = [
            [(_minute(given[f"from_{day}"]), _minute(given[f"to_{day}"], ending=True))] if given[f"from_{day}"] is not None else []
            for day in DAYS
        ]
        return {
            "channels_never": given["channels_never"],
            "preferred_channel": given["preferred_channel"],
            "hours": spans if any(spans) else None,
            "at_most": (given["at_most_count"], given["at_most_days"]) if given["at_most_count"] else None,
            "topics": [one.strip() for one in given["topics"].split(",") if one.strip()],
        }


def wishes_initial(wishes: Wishes) -> dict[str, Any]:
    """Wishes as the form shows them."""
    found: dict[str, Any] = {
        "channels_never": sorted(wishes.channels_never),
        "preferred_channel": wishes.preferred_channel,
        "topics": ", ".join(sorted(wishes.topics)),
    }
    if wishes.at_most:
        found["at_most_count"], found["at_most_days"] = wishes.at_most
    for day, spans in enumerate(wishes.hours or ()):
        if spans:
            found[f"from_{day}"], found[f"to_{day}"] = _clock(spans[0][0]), _clock(spans[-1][1])
    return found


def wishes_in_words(wishes: Wishes) -> list[str]:
    """Each wish as one sentence, for pages."""
    found = []
    if wishes.channels_never:
        found.append(_("Never by: %(channels)s.") % {"channels": _joined(wishes.channels_never)})
    if wishes.preferred_channel:
        found.append(_("Best by: %(channel)s.") % {"channel": channel_name(wishes.preferred_channel)})
    if wishes.at_most:
        found.append(_("At most %(count)s contacts in %(days)s days.") % {"count": wishes.at_most[0], "days": wishes.at_most[1]})
    if wishes.hours is not None:
        names = get_day_names("abbreviated", locale=(get_language() or "en").replace("-", "_"))
        spans = [
            f"{names[day]} {_clock(start):%H:%M}–{_clock(end):%H:%M}" for day, hours in enumerate(wishes.hours) for start, end in hours
        ]
        found.append(_("Only at these times: %(times)s.") % {"times": ", ".join(spans)})
    if wishes.topics:
        found.append(_("Interested in: %(topics)s.") % {"topics": ", ".join(sorted(wishes.topics))})
    return found


def _joined(channels: Iterable[str]) -> str:
    return ", ".join(channel_name(one) for one in sorted(channels))


def _minute(at: time, *, ending: bool = False) -> int:
    """Minutes of the day; an end at midnight is the end of the day."""
    minute = at.hour * 60 + at.minute
    return LAST_MINUTE if ending and minute in (0, LAST_MINUTE - 1) else minute


def _clock(minute: int) -> time:
    return time(23, 59) if minute == LAST_MINUTE else time(minute // 60, minute % 60)
