"""The policy: what is in force, the draft and what the staff says of it, who has confirmed."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import get_language, get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from regulars.business.queries import business_of, zone_of
from regulars.contacts.queries import TermKind, terms_of
from regulars.desk.web.asking import Asking, attempt, form_page
from regulars.policy.queries import (
    STARTING_POINTS,
    Draft,
    OwnWords,
    Version,
    confirmation_rate,
    confirmed_by,
    open_draft,
    paragraphs_shown,
    policy_in,
    policy_of_version,
    policy_versions,
    proposals,
    starting_point,
    text_in,
    texts_of,
    version_at,
    version_of,
)
from regulars.policy.services import (
    answer_comment,
    answer_proposal,
    comment_on_draft,
    confirm_policy,
    discard_draft,
    lay_out_draft,
    link_proposal,
    make_proposal,
    merge_proposals,
    note_news_of_proposals,
    publish_policy,
    save_draft,
    support_proposal,
    vote_on_paragraph,
)
from regulars.staff.queries import certificate_kinds, may_open

TEMPLATE_WORDS = {
    "small-shop": (gettext_lazy("A small shop"), gettext_lazy("Everybody may help; a complaint is answered within two working hours.")),
    "named-person": (gettext_lazy("Business customers"), gettext_lazy("One named person for each customer, with a deputy.")),
    "regulated-complaints": (gettext_lazy("Complaints under a regulator"), gettext_lazy("Third business day, eight weeks.")),
}
VOTES = {"for": True, "against": False, "none": None}


class TextForm(forms.Form):
    """The whole document, and the revision that was read."""

    text = forms.CharField(
        label=gettext_lazy("Policy"),
        help_text=gettext_lazy("One TOML document; lines that begin with # are yours. Every fault is told with its place."),
        widget=forms.Textarea(attrs={"rows": 30, "spellcheck": "false"}),
        max_length=400_000,
        strip=False,
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class SayForm(forms.Form):
    """A comment, an answer."""

    text = forms.CharField(label=gettext_lazy("Comment"), widget=forms.Textarea(attrs={"rows": 2}), max_length=2000)


class PublishForm(forms.Form):
    """How the draft becomes a version."""

    grade = forms.ChoiceField(
        label=gettext_lazy("What sort of change"),
        choices=[
            ("major", gettext_lazy("Major: everybody confirms it anew")),
            ("minor", gettext_lazy("Minor: confirmations keep holding")),
        ],
        widget=forms.RadioSelect,
        initial="major",
    )
    effective_at = forms.DateTimeField(
        label=gettext_lazy("With effect from"),
        help_text=gettext_lazy("Empty: at once. By the clock of the business."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        required=False,
    )
    override_reason = forms.CharField(
        label=gettext_lazy("Reason, if the staff has not had its days to comment"),
        help_text=gettext_lazy("Everybody will see it beside the version."),
        max_length=500,
        required=False,
    )


class DayForm(forms.Form):
    """At the end of which day it is asked who had confirmed; from the publication to today."""

    on = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, asking: Asking, version: Version, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = zone_of(business=business_of(scope=asking.scope))
        self.first, self.last = (one.astimezone(zone).date() for one in (version.published_at, asking.at))
        self.fields["on"].widget.attrs |= {"min": self.first.isoformat(), "max": self.last.isoformat()}
        self.initial.setdefault("on", self.last)

    def clean_on(self) -> date:
        """A day on which the version was known already, and that has begun."""
        on: date = self.cleaned_data["on"]
        if not self.first <= on <= self.last:
            raise forms.ValidationError(
                _("Choose a day from %(first)s to %(last)s: the version was published on the first, and the last is today.")
                % {"first": date_format(self.first), "last": date_format(self.last)}
            )
        return on


def policy(request: HttpRequest) -> HttpResponse:
    """What is in force now."""
    asking = Asking(request)
    version = version_at(scope=asking.scope, at=asking.at)
    return render(request, "desk/policy.html", _shown(asking, version) | {"versions": policy_versions(scope=asking.scope)})


def version(request: HttpRequest, id: str) -> HttpResponse:
    """One version, whether it holds or held once."""
    asking = Asking(request)
    found = version_of(scope=asking.scope, public_id=id)
    if found is None:
        raise Http404
    return render(request, "desk/policy.html", _shown(asking, found))


def _shown(asking: Asking, version: Any) -> dict[str, Any]:
    context: dict[str, Any] = {
        "version": version,
        "draft": open_draft(scope=asking.scope),
        "starting": [(name, *TEMPLATE_WORDS[name]) for name in STARTING_POINTS],
        "current_section": "policy",
    }
    if version is not None:
        texts = texts_of(version=version)
        text = text_in(texts, asking.request.GET.get("language", "") or get_language() or "en")
        context |= {
            "policy": text.policy,
            "text": text,
            "languages": [(one, _language_name(one.language)) for one in texts],
            "paragraphs": paragraphs_shown(text.policy, _own_words(asking)),
            "confirmed_at": confirmed_by(scope=asking.scope, version=version, employee_id=asking.actor.id),
            "asked": asking.actor.role in policy_of_version(version).confirmation.roles,
        }
        if may_open(asking.actor, "desk:edit_policy"):
            form = DayForm(asking.request.GET if "on" in asking.request.GET else None, asking=asking, version=version)
            on = form.cleaned_data["on"] if form.is_valid() else None
            after = asking.instant_of(datetime.combine(on + timedelta(days=1), time())) if on else None
            at = min(asking.at, after) if after else asking.at
            context |= {"day_form": form, "on": on}
            context["rate"] = rate = confirmation_rate(scope=asking.scope, version=version, at=at)
            context["missing"] = [(one, one.late(at)) for one in rate.people if one.confirmed_at is None]
    return context


def _own_words(asking: Asking) -> OwnWords:
    natures = terms_of(scope=asking.scope).known[TermKind.NATURE]
    kinds = certificate_kinds(scope=asking.scope)
    return OwnWords({code: _(one.label) for code, one in natures.items()}, {one.code: one.name for one in kinds})


def _language_name(code: str) -> str:
    try:
        return str(get_language_info(code)["name_local"])
    except KeyError:
        return code


def confirm(request: HttpRequest, id: str) -> HttpResponse:
    """“I have read it.”"""
    asking = Asking(request)
    confirm_policy(
        scope=asking.scope,
        public_id=id,
        fingerprint=request.POST.get("fingerprint", ""),
        employee_id=asking.actor.id,
        at=asking.at,
        actor=asking.actor.name,
    )
    messages.success(request, _("You have confirmed the policy. Thank you."))
    return redirect("desk:policy")


def draft(request: HttpRequest) -> HttpResponse:
    """The next version as it stands, with what the staff says of each paragraph."""
    asking = Asking(request)
    found = open_draft(scope=asking.scope)
    if found is None:
        return redirect("desk:policy")
    return render(request, "desk/policy_draft.html", _talk(asking, found) | {"publish": PublishForm()})


def _talk(asking: Asking, found: Draft) -> dict[str, Any]:
    comments, votes = list(found.comments.all()), list(found.votes.all())
    shown: list[dict[str, Any]] = []
    for one in paragraphs_shown(policy_in(found.text), _own_words(asking)):
        mine = next((vote.agrees for vote in votes if vote.paragraph == one.number and vote.employee_id == asking.actor.id), None)
        said = [vote.agrees for vote in votes if vote.paragraph == one.number]
        about = sorted((row for row in comments if row.paragraph == one.number), key=lambda row: row.at)
        shown.append({"paragraph": one, "comments": about, "mine": mine, "for": said.count(True), "against": said.count(False)})
    numbers = {one["paragraph"].number for one in shown}
    return {
        "draft": found,
        "policy": policy_in(found.text),
        "shown": shown,
        "on_the_whole": sorted((row for row in comments if row.paragraph not in numbers), key=lambda row: row.at),
        "current_section": "policy",
    }


def edit(request: HttpRequest) -> HttpResponse:
    """Write the draft; from one of the starting points, or from what is in force, when there is none."""
    asking = Asking(request)
    found = open_draft(scope=asking.scope)
    form = TextForm(request.POST or None, initial=_beginning(asking, found))

    def act() -> Draft:
        return save_draft(
            scope=asking.scope,
            text=form.cleaned_data["text"].replace("\r\n", "\n"),
            revision=form.cleaned_data["revision"],
            at=asking.at,
            actor=asking.actor.name,
        )

    if attempt(form, act) is None:
        return form_page(request, "desk/policy_edit.html", form, current_section="policy")
    messages.success(request, _("The draft is saved."))
    return redirect("desk:policy_draft")


def _beginning(asking: Asking, found: Draft | None) -> dict[str, Any]:
    if found is not None:
        return {"text": found.text, "revision": found.revision}
    name = asking.request.GET.get("from", "")
    if name in STARTING_POINTS:
        firm = business_of(scope=asking.scope)
        return {"text": starting_point(name, zone=firm.zone, currency=firm.currency or "EUR"), "revision": 0}
    version = version_at(scope=asking.scope, at=asking.at)
    return {"text": version.text if version else "", "revision": 0}


def lay_out(request: HttpRequest) -> HttpResponse:
    """Lay the draft before the staff."""
    asking = Asking(request)
    lay_out_draft(scope=asking.scope, at=asking.at, actor=asking.actor.name)
    messages.success(request, _("The draft lies before the staff. Their days to comment have begun."))
    return redirect("desk:policy_draft")


def discard(request: HttpRequest) -> HttpResponse:
    """Give the draft up."""
    asking = Asking(request)
    discard_draft(scope=asking.scope, at=asking.at, actor=asking.actor.name)
    messages.success(request, _("The draft is given up."))
    return redirect("desk:policy")


def publish(request: HttpRequest) -> HttpResponse:
    """Make the draft a version."""
    asking = Asking(request)
    found = open_draft(scope=asking.scope)
    form = PublishForm(request.POST)

    def act() -> Any:
        given = form.cleaned_data
        return publish_policy(
            scope=asking.scope,
            grade=given["grade"],
            effective_at=asking.instant_of(given["effective_at"]),
            override_reason=given["override_reason"],
            at=asking.at,
            actor=asking.actor.name,
        )

    made = attempt(form, act)
    if made is None and found is not None:
        return render(request, "desk/policy_draft.html", _talk(asking, found) | {"publish": form}, status=422)
    if made is not None:
        messages.success(request, _("Version %(number)s is in the books.") % {"number": made})
    return redirect("desk:policy")


def comment(request: HttpRequest) -> HttpResponse:
    """Say something about a paragraph, or about the whole."""
    asking = Asking(request)
    paragraph = request.POST.get("paragraph", "")
    comment_on_draft(
        scope=asking.scope,
        employee_id=asking.actor.id,
        paragraph=paragraph,
        text=request.POST.get("text", ""),
        at=asking.at,
        actor=asking.actor.name,
    )
    return _back_to(paragraph)


def vote(request: HttpRequest) -> HttpResponse:
    """For, against, or neither any more."""
    asking = Asking(request)
    paragraph = request.POST.get("paragraph", "")
    vote_on_paragraph(
        scope=asking.scope,
        employee_id=asking.actor.id,
        paragraph=paragraph,
        agrees=VOTES.get(request.POST.get("vote", "")),
        at=asking.at,
        actor=asking.actor.name,
    )
    return _back_to(paragraph)


def answer(request: HttpRequest, id: str) -> HttpResponse:
    """Answer a comment."""
    asking = Asking(request)
    row = answer_comment(scope=asking.scope, public_id=id, text=request.POST.get("text", ""), at=asking.at, actor=asking.actor.name)
    return _back_to(row.paragraph)


class ProposalForm(forms.Form):
    """What could be better, and whether to say who says so."""

    title = forms.CharField(label=gettext_lazy("In a few words"), max_length=120)
    text = forms.CharField(label=gettext_lazy("What should change, and why"), widget=forms.Textarea(attrs={"rows": 4}), max_length=4000)
    anonymous = forms.BooleanField(
        label=gettext_lazy("Without my name"),
        help_text=gettext_lazy("Then nothing that is stored tells who it was, and no answer can be sent to you: you find it here."),
        required=False,
    )


def proposing(request: HttpRequest) -> HttpResponse:
    """What the staff proposes; and a proposal more."""
    asking = Asking(request)
    form = ProposalForm(request.POST or None)

    def act() -> object:
        return make_proposal(scope=asking.scope, employee_id=asking.actor.id, at=asking.at, actor=asking.actor.name, **form.cleaned_data)

    if attempt(form, act) is None:
        found = proposals(scope=asking.scope)
        note_news_of_proposals(scope=asking.scope, employee_id=asking.actor.id)
        rows = [{"shown": one, "mine": asking.actor.id in one.supporters, "late": one.late(asking.at)} for one in found]
        open_ = [one for one in found if one.row.answered_at is None]
        return form_page(
            request,
            "desk/proposals.html",
            form,
            rows=rows,
            open=open_,
            versions=policy_versions(scope=asking.scope),
            current_section="policy",
        )
    messages.success(request, _("Thank you. You will find the answer here within two weeks."))
    return redirect("desk:proposals")


def support(request: HttpRequest, id: str) -> HttpResponse:
    """Be for a proposal, or no longer."""
    asking = Asking(request)
    supports = request.POST.get("support") == "yes"
    support_proposal(scope=asking.scope, public_id=id, employee_id=asking.actor.id, supports=supports, at=asking.at)
    return redirect("desk:proposals")


def answer_to_proposal(request: HttpRequest, id: str) -> HttpResponse:
    """Accept or decline a proposal, with the reason."""
    asking = Asking(request)
    verdict: Literal["accepted", "declined"] = "accepted" if request.POST.get("verdict") == "accepted" else "declined"
    answer_proposal(
        scope=asking.scope,
        public_id=id,
        verdict=verdict,
        answer=request.POST.get("answer", ""),
        at=asking.at,
        actor=asking.actor.name,
    )
    return redirect("desk:proposals")


def merge(request: HttpRequest, id: str) -> HttpResponse:
    """Say that a proposal is the same as another."""
    asking = Asking(request)
    merge_proposals(scope=asking.scope, public_id=id, into=request.POST.get("into", ""), at=asking.at, actor=asking.actor.name)
    messages.success(request, _("The two are one now; whoever was for one of them counts once."))
    return redirect("desk:proposals")


def link(request: HttpRequest, id: str) -> HttpResponse:
    """Say which version came of an accepted proposal."""
    asking = Asking(request)
    found = version_of(scope=asking.scope, public_id=request.POST.get("version", ""))
    if found is None:
        raise Http404
    link_proposal(scope=asking.scope, public_id=id, version=found, at=asking.at, actor=asking.actor.name)
    return redirect("desk:proposals")


def _back_to(paragraph: str) -> HttpResponse:
    response = redirect("desk:policy_draft")
    response["Location"] += f"#p-{paragraph.replace('.', '-')}" if paragraph else "#whole"
    return response
