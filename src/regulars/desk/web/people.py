"""What a customer allows and wishes; records of one person; who lives or works together."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.customers.queries import (
    Company,
    Consent,
    Customer,
    CustomerKind,
    MergeShown,
    PersonRead,
    Standing,
    ZoneKnown,
    cluster_of,
    company_of,
    consent_story,
    consents_of,
    customer_of,
    find_customers,
    likely_pairs,
    merge_by_id,
    merges_of,
    person_known_of,
    purposes_of,
    rarities_of,
    standing_of,
    survivor_of,
    wishes_of,
    zone_known_of,
)
from regulars.customers.services import (
    add_person,
    end_membership,
    keep_apart,
    leave_household,
    live_together,
    merge_customers,
    record_consent,
    state_wishes,
    unmerge_customers,
)
from regulars.desk.queries import PANEL_CHANNELS
from regulars.desk.web.asking import Asking, attempt
from regulars.desk.web.wish_form import WRITTEN_TO, WishesForm, channel_name, wishes_in_words, wishes_initial
from regulars.groundwork.kernel.refusals import Refusal
from regulars.policy.queries import CHANNEL_WORDS

SHOWN_CHANNELS = ("email", "phone", "sms", "post")


class ConsentForm(forms.Form):
    channel = forms.ChoiceField(label=gettext_lazy("Channel"), choices=[(name, CHANNEL_WORDS[name]) for name in WRITTEN_TO])
    purpose = forms.ChoiceField(label=gettext_lazy("Purpose"))
    given = forms.ChoiceField(
        label=gettext_lazy("The customer says"),
        choices=[("yes", gettext_lazy("Yes, please")), ("no", gettext_lazy("No, stop"))],
        widget=forms.RadioSelect,
        initial="yes",
    )
    address = forms.CharField(
        label=gettext_lazy("Only at this address or number"),
        help_text=gettext_lazy("Empty: at all of theirs."),
        max_length=320,
        required=False,
    )
    text_version = forms.CharField(
        label=gettext_lazy("Wording"),
        help_text=gettext_lazy("Which text they agreed to, for example “counter card 2026-01”. Needed for a yes."),
        max_length=80,
        required=False,
    )
    how = forms.CharField(
        label=gettext_lazy("How they said it"),
        help_text=gettext_lazy("For example “signed the card at the counter”. Needed for a yes."),
        max_length=300,
        required=False,
    )

    def __init__(self, *args: object, asking: Asking, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        rules = [one for one in purposes_of(scope=asking.scope).values() if one.may_be_refused]
        choices = [("*", _("Everything that needs permission")), *((one.name, _(one.label)) for one in rules)]
        self.fields["purpose"].choices = choices[1:] + choices[:1]  # type: ignore[attr-defined]


class OtherForm(forms.Form):
    other = forms.CharField(max_length=64, widget=forms.HiddenInput)
    reason = forms.CharField(label=gettext_lazy("How do you know?"), max_length=200, required=False)
    role = forms.CharField(max_length=80, required=False)


@dataclass(frozen=True)
class PersonPanel:
    """What the customer page shows beside the story: may we, their wishes, their clock, their other records and people."""

    allowed: list[tuple[str, list[tuple[str, Consent]]]]
    wishes: list[str]
    zone: ZoneKnown
    merges: list[MergeShown]
    company: Company
    standing: Standing


def person_panel(asking: Asking, customer: Customer, customer_ids: tuple[int, ...] = (), read: PersonRead | None = None) -> PersonPanel:
    """The panels of one customer; `customer_ids`, `read`: all records of this person and what was read of them, for whoever knows it already."""
    scope, pk = asking.scope, customer.pk
    ids = customer_ids or cluster_of(scope=scope, customer_id=pk)
    rarities = rarities_of(customer_ids=ids)
    known = person_known_of(scope=scope, customer_id=pk, customer_ids=ids, channels=PANEL_CHANNELS, read=read)
    by_channel: dict[str, list[tuple[str, Consent]]] = {}
    for (channel, purpose), answer in known.consents.items():
        if answer.code not in ("never_allowed", "no_opt_in_needed"):
            by_channel.setdefault(channel_name(channel), []).append((_(known.purposes[purpose].label), answer))
    return PersonPanel(
        allowed=list(by_channel.items()),
        wishes=wishes_in_words(known.wishes),
        zone=known.zone,
        merges=merges_of(scope=scope, customer_id=pk, customer_ids=ids),
        company=company_of(scope=scope, customer_id=pk, customer_ids=ids, rarities=rarities),
        standing=standing_of(scope=scope, customer_id=pk, customer_ids=ids, rarities=rarities),
    )


def consent(request: HttpRequest, id: str) -> HttpResponse:
    """What this customer allowed, forbade and wishes, as it stands and as it came about."""
    return _consent_page(request, id, WishesForm, ConsentForm)


def tell_consent(request: HttpRequest, id: str) -> HttpResponse:
    """Note what the customer said."""
    asking = Asking(request)
    row = customer_of(scope=asking.scope, public_id=id)
    form = ConsentForm(request.POST, asking=asking)

    def act() -> object:
        given = form.cleaned_data
        return record_consent(
            scope=asking.scope,
            customer_id=survivor_of(scope=asking.scope, customer_id=row.pk),
            channel=given["channel"],
            purpose=given["purpose"],
            address=given["address"],
            given=given["given"] == "yes",
            text_version=given["text_version"],
            source="desk",
            proof={"said": given["how"]} if given["how"] else {},
            at=asking.at,
            actor=asking.actor.name,
        )

    if attempt(form, act) is None:
        return _consent_page(request, id, WishesForm, form)
    messages.success(request, _("Noted, with you as the witness."))
    return redirect("desk:consent", id=id)


def tell_wishes(request: HttpRequest, id: str) -> HttpResponse:
    """Note what the customer wishes."""
    asking = Asking(request)
    row = customer_of(scope=asking.scope, public_id=id)
    form = WishesForm(request.POST)

    def act() -> object:
        return state_wishes(scope=asking.scope, customer_id=row.pk, **form.stated(), source="desk", at=asking.at, actor=asking.actor.name)

    if attempt(form, act) is None:
        return _consent_page(request, id, form, ConsentForm)
    messages.success(request, _("Their wishes are noted, and will be obeyed."))
    return redirect("desk:consent", id=id)


def _consent_page(
    request: HttpRequest, id: str, wishes_form: type[WishesForm] | WishesForm, consent_form: type[ConsentForm] | ConsentForm
) -> HttpResponse:
    asking = Asking(request)
    row = customer_of(scope=asking.scope, public_id=id)
    wishes = wishes_of(scope=asking.scope, customer_id=row.pk)
    if isinstance(wishes_form, type):
        wishes_form = wishes_form(initial=wishes_initial(wishes))
    if isinstance(consent_form, type):
        consent_form = consent_form(asking=asking)
    answers = consents_of(scope=asking.scope, customer_id=row.pk, channels=SHOWN_CHANNELS)
    rules = [one for one in purposes_of(scope=asking.scope).values() if one.may_be_refused]
    context = {
        "customer": row,
        "channels": [channel_name(one) for one in SHOWN_CHANNELS],
        "matrix": [(_(rule.label), [(channel_name(one), answers[one, rule.name]) for one in SHOWN_CHANNELS]) for rule in rules],
        "story": [
            (event, channel_name(event.channel), _purpose_name(asking, event.purpose))
            for event in consent_story(scope=asking.scope, customer_id=row.pk)[:200]
        ],
        "zone": zone_known_of(scope=asking.scope, customer_id=row.pk),
        "wishes_form": wishes_form,
        "consent_form": consent_form,
        "current_section": "customers",
    }
    status = 422 if wishes_form.errors or consent_form.errors else 200
    return render(request, "desk/consent.html", context, status=status)


def _purpose_name(asking: Asking, purpose: str) -> str:
    if not hasattr(asking, "purposes"):
        asking.purposes = purposes_of(scope=asking.scope)  # type: ignore[attr-defined]
    rule = asking.purposes.get(purpose)  # type: ignore[attr-defined]
    return _(rule.label) if rule else (_("Everything that needs permission") if purpose == "*" else purpose)


def merge(request: HttpRequest, id: str) -> HttpResponse:
    """Choose the record that is the same person, and merge it into this one."""
    asking = Asking(request)
    row = customer_of(scope=asking.scope, public_id=id)
    form = OtherForm(request.POST or None)

    def act() -> object:
        other = customer_of(scope=asking.scope, public_id=form.cleaned_data["other"])
        return merge_customers(
            scope=asking.scope,
            loser_id=other.pk,
            survivor_id=row.pk,
            reason=form.cleaned_data["reason"],
            at=asking.at,
            actor=asking.actor.name,
        )

    if attempt(form, act) is not None:
        messages.success(request, _("They are one person now. Nothing moved, and you can undo it on this page."))
        return redirect("desk:customer", id=id)
    text = request.GET.get("q", "").strip()
    found = [one for one in find_customers(scope=asking.scope, text=text, size=12) if one.pk != row.pk] if text else []
    context = {"customer": row, "found": found, "text": text, "form": form, "current_section": "customers"}
    return render(request, "desk/merge.html", context, status=422 if form.is_bound else 200)


def unmerge(request: HttpRequest, id: str, merge: str) -> HttpResponse:
    """Take a merge back."""
    asking = Asking(request)
    row = customer_of(scope=asking.scope, public_id=id)
    found = merge_by_id(scope=asking.scope, public_id=merge)
    unmerge_customers(scope=asking.scope, merge_id=found.pk, at=asking.at, actor=asking.actor.name)
    messages.success(request, _("“%(name)s” stands by itself again.") % {"name": found.loser.display_name})
    return redirect("desk:customer", id=row.public_id)


def duplicates(request: HttpRequest) -> HttpResponse:
    """Records that may be one person."""
    asking = Asking(request)
    page = likely_pairs(scope=asking.scope, cursor=request.GET.get("after", ""))
    return render(request, "desk/duplicates.html", {"page": page, "current_section": "customers"})


def two_people(request: HttpRequest, id: str) -> HttpResponse:
    """Say that this record and another one are two people."""
    asking = Asking(request)
    row = customer_of(scope=asking.scope, public_id=id)
    other = customer_of(scope=asking.scope, public_id=request.POST.get("other", ""))
    keep_apart(scope=asking.scope, one_id=row.pk, other_id=other.pk, at=asking.at, actor=asking.actor.name)
    messages.success(request, _("Noted: these are two people."))
    return redirect("desk:duplicates")


def together(request: HttpRequest, id: str) -> HttpResponse:
    """Who lives or works with this customer; add somebody."""
    asking = Asking(request)
    row = customer_of(scope=asking.scope, public_id=id)
    form = OtherForm(request.POST or None)

    def act() -> object:
        other = customer_of(scope=asking.scope, public_id=form.cleaned_data["other"])
        common = {"scope": asking.scope, "at": asking.at, "actor": asking.actor.name}
        if CustomerKind.ORGANISATION in (row.kind, other.kind):
            organisation, person = (row, other) if row.kind == CustomerKind.ORGANISATION else (other, row)
            return add_person(organisation_id=organisation.pk, person_id=person.pk, role=form.cleaned_data["role"], **common)  # type: ignore[arg-type]
        return live_together(customer_id=row.pk, other_id=other.pk, **common)  # type: ignore[arg-type]

    if attempt(form, act) is not None:
        messages.success(request, _("Noted."))
        return redirect("desk:together", id=id)
    text = request.GET.get("q", "").strip()
    found = [one for one in find_customers(scope=asking.scope, text=text, size=12) if one.pk != row.pk] if text else []
    context = {
        "customer": row,
        "company": company_of(scope=asking.scope, customer_id=row.pk),
        "found": found,
        "text": text,
        "form": form,
        "current_section": "customers",
    }
    return render(request, "desk/together.html", context, status=422 if form.is_bound else 200)


def leave(request: HttpRequest, id: str) -> HttpResponse:
    """They live there no more."""
    asking = Asking(request)
    row = customer_of(scope=asking.scope, public_id=id)
    leave_household(scope=asking.scope, customer_id=row.pk, at=asking.at, actor=asking.actor.name)
    messages.success(request, _("Taken out of the household."))
    return redirect("desk:together", id=id)


def leave_organisation(request: HttpRequest, id: str, membership: int) -> HttpResponse:
    """They work there no more."""
    asking = Asking(request)
    customer_of(scope=asking.scope, public_id=id)
    try:
        end_membership(scope=asking.scope, membership_id=membership, at=asking.at, actor=asking.actor.name)
        messages.success(request, _("Noted."))
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return redirect("desk:together", id=id)
