"""Coaching notes: written by a coach, answered by the coached person, seen by nobody else."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.desk.web.asking import Asking, attempt, form_page
from regulars.staff.queries import CoachingNote, coaching_note_of, employee_of, employees
from regulars.staff.services import close_coaching, reply_to_coaching, write_coaching_note


class NoteForm(forms.Form):
    """What was seen and what was agreed."""

    coachee = forms.ChoiceField(label=gettext_lazy("With whom"))
    evidence = forms.CharField(
        label=gettext_lazy("What it is about"),
        help_text=gettext_lazy("What you saw or heard, as exactly as you can: a call, a case, a promise that broke."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4000,
    )
    link = forms.CharField(label=gettext_lazy("Link to it"), max_length=500, required=False)
    actions = forms.CharField(label=gettext_lazy("What you agreed on"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4000)
    follow_up_on = forms.DateField(
        label=gettext_lazy("When you talk again"), widget=forms.DateInput(attrs={"type": "date"}), required=False
    )

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["coachee"].choices = people  # type: ignore[attr-defined]


class ReplyForm(forms.Form):
    """What the coached person says to it."""

    reply = forms.CharField(label=gettext_lazy("Your answer"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4000)


class OutcomeForm(forms.Form):
    """What came of it."""

    outcome = forms.CharField(label=gettext_lazy("What came of it"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4000)


def write(request: HttpRequest) -> HttpResponse:
    """A new note."""
    asking = Asking(request)
    people = [(str(one.public_id), one.name) for one in employees(scope=asking.scope) if one.left_at is None and one.pk != asking.actor.id]
    form = NoteForm(request.POST or None, people=people, initial={"coachee": request.GET.get("with", "")})

    def act() -> CoachingNote:
        given = dict(form.cleaned_data)
        return write_coaching_note(
            scope=asking.scope,
            coach=asking.employee,
            coachee=employee_of(scope=asking.scope, public_id=given.pop("coachee")),
            at=asking.at,
            actor=asking.actor.name,
            **given,
        )

    made = attempt(form, act)
    if made is None:
        return form_page(request, "desk/coaching_new.html", form, people=people, current_section="today")
    messages.success(request, _("The note is written. Only you and %(name)s can read it.") % {"name": made.coachee.name})
    return redirect("desk:coaching_note", id=made.public_id)


def note(request: HttpRequest, id: str) -> HttpResponse:
    """One note; the coached person answers here, the coach says what came of it."""
    asking = Asking(request)
    row = coaching_note_of(scope=asking.scope, public_id=id, employee_id=asking.actor.id)
    mine = row.coachee_id == asking.actor.id
    form: forms.Form = (ReplyForm if mine else OutcomeForm)(request.POST or None)

    def act() -> CoachingNote:
        service = reply_to_coaching if mine else close_coaching
        return service(
            scope=asking.scope,
            public_id=id,
            employee_id=asking.actor.id,
            at=asking.at,
            actor=asking.actor.name,
            **form.cleaned_data,
        )

    if attempt(form, act) is None:
        open_still = row.replied_at is None if mine else row.closed_at is None
        return form_page(request, "desk/coaching_note.html", form, note=row, mine=mine, open_still=open_still, current_section="today")
    messages.success(request, _("It is noted."))
    return redirect("desk:coaching_note", id=id)
