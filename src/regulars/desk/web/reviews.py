"""Quality reviews of cases: a sample, one review, contesting it, the scorecard."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.desk.web.asking import Asking, attempt, form_page
from regulars.groundwork.kernel.ids import new_secret
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.service.queries import (
    Item,
    case_of,
    case_shown,
    items_of,
    review_shown,
    reviews_of,
    sample_to_review,
    scorecard_in_force,
)
from regulars.service.services import answer_contest, contest_review, review_case, set_scorecard
from regulars.staff.queries import may_open

SAMPLE = 10
ANSWERS = [("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No")), ("na", gettext_lazy("Does not apply"))]


class ReviewForm(forms.Form):
    """One answer for each item of the scorecard."""

    def __init__(self, *args: object, items: list[Item], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's stubs type the arguments one by one
        for one in items:
            label = _("%(text)s (critical)") % {"text": one.text} if one.critical else one.text
            self.fields[f"item_{one.code}"] = forms.ChoiceField(label=label, choices=ANSWERS, widget=forms.RadioSelect)
        self.fields["note"] = forms.CharField(
            label=_("What went well, what to try"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2_000, required=False
        )

    def answers(self) -> dict[str, str]:
        """Item by item."""
        return {name.removeprefix("item_"): value for name, value in self.cleaned_data.items() if name.startswith("item_")}


class ScorecardForm(forms.Form):
    """One item a line: its weight, a sign of exclamation when it is critical, the question."""

    items = forms.CharField(
        label=gettext_lazy("Items"),
        help_text=gettext_lazy(
            "One a line: what it weighs, “!” when it must never fail, the question. For example: 3! Is everything true that was said?"
        ),
        widget=forms.Textarea(attrs={"rows": 12}),
        max_length=10_000,
    )

    def clean_items(self) -> list[Item]:
        """The lines as items."""
        found = []
        for number, line in enumerate((one.strip() for one in self.cleaned_data["items"].splitlines() if one.strip()), 1):
            match = re.fullmatch(r"(\d{1,2})(!?)\s+(.{3,200})", line)
            if match is None:
                raise forms.ValidationError(_("Line %(number)s does not read like “3 Was everything answered?”.") % {"number": number})
            found.append(Item(f"q{number}", match[3], int(match[1]), match[2] == "!"))
        return found


def listed(request: HttpRequest) -> HttpResponse:
    """A sample to review, contests to answer, the newest reviews."""
    asking = Asking(request)
    seed = request.GET.get("seed", "")[:40]
    context: dict[str, Any] = {
        "seed": seed,
        "fresh": new_secret(48),
        "sample": sample_to_review(scope=asking.scope, seed=seed, size=SAMPLE, at=asking.at, reviewer_id=asking.employee.pk)
        if seed
        else [],
        "contested": reviews_of(scope=asking.scope, contested=True),
        "rows": reviews_of(scope=asking.scope),
        "current_section": "cases",
    }
    return render(request, "desk/reviews.html", context)


def mine(request: HttpRequest) -> HttpResponse:
    """What others said about one's own work."""
    asking = Asking(request)
    context = {"rows": reviews_of(scope=asking.scope, employee_id=asking.employee.pk), "current_section": "cases"}
    return render(request, "desk/reviews_mine.html", context)


def new(request: HttpRequest, id: str) -> HttpResponse:
    """Review a case."""
    asking = Asking(request)
    case = case_of(scope=asking.scope, public_id=id)
    instead = request.GET.get("instead", "")
    form = ReviewForm(request.POST or None, items=items_of(scorecard_in_force(scope=asking.scope)))
    row = attempt(
        form,
        lambda: review_case(
            scope=asking.scope,
            case=case,
            reviewer_id=asking.employee.pk,
            answers=form.answers(),
            note=form.cleaned_data["note"],
            instead=instead,
            at=asking.at,
            actor=asking.actor.name,
        ),
    )
    if row is None:
        shown = case_shown(scope=asking.scope, case=case, at=asking.at)
        return form_page(request, "desk/review_form.html", form, case=case, shown=shown, current_section="cases")
    messages.success(request, _("Reviewed."))
    return redirect("desk:review", id=row.public_id)


def one(request: HttpRequest, id: str) -> HttpResponse:
    """One review: for who supervises, and for the reviewed person."""
    asking = Asking(request)
    shown = review_shown(scope=asking.scope, public_id=id)
    theirs = shown.row.employee_id == asking.employee.pk
    if not theirs:
        if not may_open(asking.actor, "desk:reviews"):
            raise NotFound(_("There is no such review."))
        case_of(scope=asking.scope, public_id=str(shown.row.case.public_id))
    return render(request, "desk/review.html", {"shown": shown, "theirs": theirs, "current_section": "cases"})


def contest(request: HttpRequest, id: str) -> HttpResponse:
    """The reviewed person sees it otherwise; or somebody answers that."""
    asking = Asking(request)
    words = request.POST.get("words", "")
    try:
        if request.POST.get("how") == "answer":
            if not may_open(asking.actor, "desk:reviews"):
                raise NotFound(_("There is no such review."))
            answer_contest(scope=asking.scope, public_id=id, words=words, at=asking.at, actor=asking.actor.name)
        else:
            contest_review(
                scope=asking.scope, public_id=id, employee_id=asking.employee.pk, words=words, at=asking.at, actor=asking.actor.name
            )
    except NotFound:
        raise
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("Noted."))
    return redirect("desk:review", id=id)


def scorecard(request: HttpRequest) -> HttpResponse:
    """The scorecard: a new revision each time it is saved."""
    asking = Asking(request)
    known = items_of(scorecard_in_force(scope=asking.scope))
    lines = "\n".join(f"{one.weight}{'!' if one.critical else ''} {one.text}" for one in known)
    form = ScorecardForm(request.POST or None, initial={"items": lines})
    done = attempt(form, lambda: set_scorecard(scope=asking.scope, items=form.cleaned_data["items"], at=asking.at, actor=asking.actor.name))
    if done is None:
        return form_page(request, "desk/scorecard.html", form, current_section="cases")
    messages.success(request, _("Saved as revision %(number)s. Older reviews stay as they are.") % {"number": done.revision})
    return redirect("desk:reviews")
