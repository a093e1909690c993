"""The forms of the contact log."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any, cast

from django import forms
from django.forms.boundfield import BoundWidget
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.business.queries import Branch, branches, business_of, zone_of
from regulars.contacts.queries import Contact, TermKind, Terms, Valence, terms_of, ways_used
from regulars.contacts.services import ContactParticulars, Promise
from regulars.desk.web.asking import Asking
from regulars.groundwork.kernel.ids import new_id
from regulars.staff.queries import employees

WAYS = [
    ("till:in", gettext_lazy("At the till")),
    ("visit:in", gettext_lazy("They came to us")),
    ("visit:out", gettext_lazy("We went to them")),
    ("phone:in", gettext_lazy("They called")),
    ("phone:out", gettext_lazy("We called")),
    ("email:in", gettext_lazy("E-mail from them")),
    ("email:out", gettext_lazy("E-mail to them")),
    ("sms:in", gettext_lazy("Text from them")),
    ("sms:out", gettext_lazy("Text to them")),
    ("social:in", gettext_lazy("Social, from them")),
    ("social:out", gettext_lazy("Social, to them")),
    ("post:in", gettext_lazy("Letter from them")),
    ("post:out", gettext_lazy("Letter to them")),
    ("till:out", gettext_lazy("We spoke to them at the till")),
]
FIRST_WAYS = 6
# What stands first until enough was logged to know better.
USUAL_WAYS = ("till:in", "phone:in", "phone:out", "email:in", "visit:in", "visit:out")
MOODS = [
    ("", gettext_lazy("Not stated")),
    ("2", gettext_lazy("Delighted")),
    ("1", gettext_lazy("Content")),
    ("0", gettext_lazy("Neutral")),
    ("-1", gettext_lazy("Unhappy")),
    ("-2", gettext_lazy("Angry")),
]
EFFORTS = [
    ("", gettext_lazy("Not asked")),
    ("1", gettext_lazy("1: no trouble")),
    ("2", "2"),
    ("3", "3"),
    ("4", "4"),
    ("5", gettext_lazy("5: much trouble")),
]
END_OF_DAY = time(23, 59, 59)


class ContactForm(forms.Form):
    """What happened: four taps (how, nature, outcome, save); the rest is there for whoever has a minute."""

    how = forms.ChoiceField(label=gettext_lazy("How"), choices=WAYS, widget=forms.RadioSelect)
    nature = forms.ChoiceField(label=gettext_lazy("What it was"), widget=forms.RadioSelect)
    outcome = forms.ChoiceField(label=gettext_lazy("How it ended"), widget=forms.RadioSelect)
    mood = forms.ChoiceField(
        label=gettext_lazy("Mood"),
        help_text=gettext_lazy("As they said or showed it, not as you guess it."),
        choices=MOODS,
        widget=forms.RadioSelect,
        required=False,
        initial="",
    )
    topic = forms.ChoiceField(label=gettext_lazy("About"), required=False)
    note = forms.CharField(label=gettext_lazy("Note"), widget=forms.Textarea(attrs={"rows": 2}), max_length=10_000, required=False)
    minutes = forms.IntegerField(label=gettext_lazy("Minutes"), min_value=0, max_value=1440, required=False)
    effort = forms.ChoiceField(label=gettext_lazy("Trouble it was for them"), choices=EFFORTS, required=False)
    branch = forms.ChoiceField(label=gettext_lazy("Branch"), required=False)
    happened = forms.DateTimeField(
        label=gettext_lazy("When, if not now"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        required=False,
    )
    act = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: object, asking: Asking, old: Contact | None = None, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.asking = asking
        self.first: set[str] = set()
        self.terms = terms_of(scope=asking.scope)
        self.visible = {str(one.public_id): one for one in branches(scope=asking.scope)}
        stood = {TermKind.NATURE: old.nature, TermKind.TOPIC: old.topic, TermKind.OUTCOME: old.outcome} if old else {}
        for kind in TermKind:
            field = cast("forms.ChoiceField", self.fields[kind.value])
            field.choices = _offered(self.terms, kind, stood.get(kind, ""))
        cast("forms.ChoiceField", self.fields["topic"]).choices = [
            ("", _("Not said")),
            *_offered(self.terms, TermKind.TOPIC, old.topic if old else ""),
        ]
        place = cast("forms.ChoiceField", self.fields["branch"])
        place.choices = [("", _("None in particular")), *((key, one.name) for key, one in self.visible.items())]
        if len(self.visible) == 1:
            self.initial.setdefault("branch", next(iter(self.visible)))
        self.initial.setdefault("act", str(new_id()))

    def ways_first(self) -> list[BoundWidget]:
        """The few ways that the business uses most, and the chosen one, in the order in which all of them stand."""
        return [one for one in self["how"] if one.data["value"] in self._first()]

    def ways_more(self) -> list[BoundWidget]:
        """The ways that are rarely needed."""
        return [one for one in self["how"] if one.data["value"] not in self._first()]

    def _first(self) -> set[str]:
        if not self.first:
            used = [f"{channel}:{direction}" for channel, direction in ways_used(scope=self.asking.scope, at=self.asking.at)]
            known = [one for one in [*used, *USUAL_WAYS] if one in dict(WAYS)]
            self.first = set(list(dict.fromkeys(known))[:FIRST_WAYS]) | {str(self["how"].value())}
        return self.first

    def place(self) -> Branch | None:
        """The chosen branch."""
        return self.visible.get(self.cleaned_data["branch"])

    def particulars(self) -> ContactParticulars:
        """The form as the service takes it; whoever logs it is the staff."""
        given = self.cleaned_data
        channel, _sep, direction = given["how"].partition(":")
        branch = self.place()
        return ContactParticulars(
            channel=channel,
            direction=direction,
            nature=given["nature"],
            outcome=given["outcome"],
            topic=given["topic"],
            mood_stated=int(given["mood"]) if given["mood"] else None,
            staff_id=self.asking.employee.pk,
            branch_id=branch.pk if branch else None,
            minutes=given["minutes"],
            effort=int(given["effort"]) if given["effort"] else None,
            note=given["note"],
            happened_at=self.asking.instant_of(given["happened"], branch=branch),
        )


class LogForm(ContactForm):
    """A new contact, and what was promised at it."""

    promise = forms.CharField(label=gettext_lazy("We promised to"), max_length=200, required=False)
    due_on = forms.DateField(label=gettext_lazy("By"), widget=forms.DateInput(attrs={"type": "date"}), required=False)
    due_time = forms.TimeField(
        label=gettext_lazy("At the latest at"),
        widget=forms.TimeInput(attrs={"type": "time"}),
        required=False,
        help_text=gettext_lazy("Empty: by the end of that day."),
    )
    keeper = forms.ChoiceField(label=gettext_lazy("Who will do it"), required=False)
    keeps = forms.CharField(widget=forms.HiddenInput, max_length=40, required=False)

    def __init__(self, *args: object, asking: Asking, **kwargs: Any) -> None:
        super().__init__(*args, asking=asking, **kwargs)
        self.people = {str(one.public_id): one.pk for one in employees(scope=asking.scope) if one.left_at is None}
        names = [(str(one.public_id), one.name) for one in employees(scope=asking.scope) if one.left_at is None]
        cast("forms.ChoiceField", self.fields["keeper"]).choices = [("", _("Anybody")), *names]
        self.initial.setdefault("keeper", str(asking.employee.public_id))

    def clean(self) -> dict[str, object]:
        """A promise needs both words and a day."""
        given = super().clean() or {}
        if given.get("promise") and not given.get("due_on") and "due_on" not in self.errors:
            self.add_error("due_on", _("Say by when."))
        if given.get("due_on") and not given.get("promise"):
            self.add_error("promise", _("Say what was promised."))
        return given

    def promised(self) -> Promise | None:
        """The promise, due at a wall time of the branch or business."""
        given = self.cleaned_data
        if not given["promise"]:
            return None
        wall = datetime.combine(given["due_on"], given["due_time"] or END_OF_DAY)
        due = self.asking.instant_of(wall, branch=self.place())
        assert due is not None
        return Promise(given["promise"], due, self.people.get(given["keeper"]))


class WordForm(forms.Form):
    """A word of a taxonomy."""

    label = forms.CharField(label=gettext_lazy("Word"), max_length=60)
    valence = forms.ChoiceField(
        label=gettext_lazy("Counts as"),
        choices=[
            (Valence.NONE.value, gettext_lazy("Neither good nor bad")),
            (Valence.GOOD.value, gettext_lazy("Went well")),
            (Valence.BAD.value, gettext_lazy("Went badly")),
            (Valence.ATTEMPT.value, gettext_lazy("Nobody was reached")),
        ],
        required=False,
    )
    retired = forms.BooleanField(label=gettext_lazy("No longer offered"), required=False)

    def __init__(self, *args: object, outcome: bool, own: bool = True, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if not outcome:
            del self.fields["valence"]

    def counts_as(self) -> Valence:
        """How an outcome counts; other words count as nothing."""
        return Valence(self.cleaned_data.get("valence") or Valence.NONE)


def initial_of(contact: Contact, asking: Asking) -> dict[str, object]:
    """A contact as a form shows it for correction."""
    zone = zone_of(business=business_of(scope=asking.scope), branch=contact.branch)
    return {
        "how": f"{contact.channel}:{contact.direction}",
        "nature": contact.nature,
        "outcome": contact.outcome,
        "topic": contact.topic,
        "mood": "" if contact.mood_stated is None else str(contact.mood_stated),
        "effort": "" if contact.effort is None else str(contact.effort),
        "minutes": contact.minutes,
        "note": contact.note,
        "branch": str(contact.branch.public_id) if contact.branch else "",
        "happened": contact.at.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0),
    }


def _offered(terms: Terms, kind: TermKind, stood: str) -> list[tuple[str, str]]:
    offered = [(one.code, one.label) for one in terms.offered(kind)]
    return offered if not stood or stood in dict(offered) else [(stood, terms.label(kind, stood)), *offered]
