"""Messages that go out: write one, see it before it goes, follow what became of it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csp import csp_override

from regulars.customers.queries import Customer, customer_of, particulars_of, purposes_of
from regulars.desk.web.asking import Asking, attempt, form_page, put_refusal
from regulars.desk.web.downloads import INERT, download
from regulars.groundwork.kernel.ids import new_id
from regulars.groundwork.kernel.refusals import Refusal
from regulars.messaging.queries import (
    MessageState,
    enclosure_of,
    enclosures_of,
    mail_of,
    message_counts,
    message_of,
    messages_before,
    reason_words,
    setbacks_of,
    standing_stop,
    suppressions_of,
    texts_of,
)
from regulars.messaging.services import (
    Letter,
    Preview,
    lift_suppression,
    preview_message,
    resume_mail,
    save_text,
    stop_mail,
    suppress_address,
    write_message,
)

# What a person writes for: (purpose, class) as the gate knows them.
KINDS = {
    "answer": ("service", "reply"),
    "service": ("service", "service"),
    "order": ("transactional", "transactional"),
    "offer": ("offers", "promotional"),
    "news": ("newsletter", "promotional"),
    "survey": ("survey", "survey"),
    "recall": ("legal", "recall"),
}
KIND_WORDS = [
    ("service", gettext_lazy("Service: follow up on something")),
    ("answer", gettext_lazy("Answer to what the customer asked")),
    ("order", gettext_lazy("About an order, booking or payment")),
    ("offer", gettext_lazy("An offer")),
    ("news", gettext_lazy("News")),
    ("survey", gettext_lazy("A question about their experience")),
    ("recall", gettext_lazy("Safety or recall")),
]


class MessageForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("What it is about"), choices=KIND_WORDS)
    address = forms.ChoiceField(label=gettext_lazy("To"))
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=300)
    body = forms.CharField(
        label=gettext_lazy("Text"),
        widget=forms.Textarea(attrs={"rows": 10}),
        max_length=50_000,
        help_text=gettext_lazy(
            "Places that are filled in: {given_name|dear customer}, {family_name|}, {full_name|}, {business}, {branch|}, {wishes_link}."
        ),
    )
    act = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: object, customer: Customer, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        own = [point.value for point in particulars_of(customer=customer).contact_points if point.kind == "email"]
        self.fields["address"].choices = [(one, one) for one in own]  # type: ignore[attr-defined]
        self.initial.setdefault("act", str(new_id()))

    def letter(self, asking: Asking, answers: str) -> Letter:
        """The form as a letter."""
        given = self.cleaned_data
        purpose, contact_class = KINDS[given["kind"]]
        return Letter(
            purpose=purpose,
            contact_class=contact_class,
            subject=given["subject"],
            body=given["body"],
            address=given["address"],
            answers=mail_of(scope=asking.scope, public_id=answers) if answers else None,
        )


def write(request: HttpRequest, id: str) -> HttpResponse:
    """Write to a customer: look at it first, then send it."""
    asking = Asking(request)
    customer = customer_of(scope=asking.scope, public_id=id)
    answers = request.GET.get("answers", "")
    texts = texts_of(scope=asking.scope)
    form = MessageForm(request.POST or None, customer=customer, initial=_start(asking, request, answers))
    context = {"customer": customer, "texts": texts, "current_section": "customers"}
    if request.method != "POST":
        return form_page(request, "desk/message_form.html", form, **context)
    if request.POST.get("step") != "send":
        return form_page(request, "desk/message_form.html", form, preview=_preview(form, asking, customer, answers), **context)
    written = attempt(
        form,
        lambda: write_message(
            scope=asking.scope,
            customer=customer,
            letter=form.letter(asking, answers),
            key=f"desk:{form.cleaned_data['act']}",
            at=asking.at,
            actor=asking.actor.name,
        ),
    )
    if written is None:
        return form_page(request, "desk/message_form.html", form, **context)
    if written.decision is not None and written.decision.answer == "defer":
        messages.info(request, _("It waits: %(why)s") % {"why": " ".join(one.sentence for one in written.decision.reasons)})
    else:
        messages.success(request, _("The message is on its way."))
    return redirect("desk:message", id=written.message.public_id)


def _start(asking: Asking, request: HttpRequest, answers: str) -> dict[str, str]:
    if answers:
        mail = mail_of(scope=asking.scope, public_id=answers)
        return {"kind": "answer", "subject": mail.subject if mail.subject.lower().startswith("re:") else f"Re: {mail.subject}"}
    chosen = next((one for one in texts_of(scope=asking.scope) if str(one.public_id) == request.GET.get("text", "")), None)
    if chosen is None:
        return {}
    kind = next((name for name, pair in KINDS.items() if pair == (chosen.purpose, chosen.contact_class)), "service")
    return {"kind": kind, "subject": chosen.subject, "body": chosen.body}


def _preview(form: MessageForm, asking: Asking, customer: Customer, answers: str) -> Preview | None:
    if not form.is_valid():
        return None
    try:
        letter = form.letter(asking, answers)
        return preview_message(scope=asking.scope, customer=customer, letter=letter, at=asking.at, actor=asking.actor.name)
    except Refusal as refusal:
        put_refusal(form, refusal)
        return None


def log(request: HttpRequest) -> HttpResponse:
    """All messages with their states, newest first."""
    asking = Asking(request)
    state = request.GET.get("state", "")
    state = state if state in MessageState.values else ""
    page = messages_before(scope=asking.scope, state=state, cursor=request.GET.get("before", ""))
    start, counts = reverse("desk:messages"), message_counts(scope=asking.scope)
    words = {"queued": _("Waiting"), "failed": _("Failed"), "uncertain": _("Uncertain"), "withheld": _("Withheld")}
    tabs = [{"label": _("All"), "url": start, "current": not state}] + [
        {"label": word, "url": f"{start}?state={name}", "current": state == name, "count": counts[name]} for name, word in words.items()
    ]
    stop = standing_stop(scope=asking.scope)
    return render(
        request,
        "desk/messages.html",
        {"page": page, "tabs": tabs, "state": state, "stop": stop, "counts": counts, "about": _about(asking), "current_section": "mail"},
    )


def _about(asking: Asking) -> dict[str, str]:
    """What the business's purposes are called."""
    return {name: _(one.label) for name, one in purposes_of(scope=asking.scope).items()}


def message(request: HttpRequest, id: str) -> HttpResponse:
    """One message: its text, its state, what servers said."""
    asking = Asking(request)
    row = message_of(scope=asking.scope, public_id=id)
    files = enclosures_of(message_ids=[row.pk]).get(row.pk, [])
    context = {"message": row, "files": files, "setbacks": setbacks_of(message=row), "why": reason_words(row.reason) if row.reason else ""}
    return render(request, "desk/message.html", {**context, "about": _about(asking), "current_section": "mail"})


@csp_override(INERT)
def message_file(request: HttpRequest, id: str, number: int) -> HttpResponse:
    """A file that went with a message, always as a download."""
    asking = Asking(request)
    found = enclosure_of(message=message_of(scope=asking.scope, public_id=id), number=number)
    return download(bytes(found.content), found.name)


def stop(request: HttpRequest) -> HttpResponse:
    """The kill switch."""
    asking = Asking(request)
    if request.POST.get("resume") == "1":
        resume_mail(business_id=asking.scope.business_id, at=asking.at, actor=asking.actor.name)
        messages.success(request, _("Mail goes out again."))
    else:
        reason = request.POST.get("reason", "")
        stop_mail(business_id=asking.scope.business_id, reason=reason, at=asking.at, actor=asking.actor.name)
        messages.warning(request, _("All mail is stopped. What waits keeps its place."))
    return redirect("desk:messages")


class SuppressionForm(forms.Form):
    address = forms.CharField(label=gettext_lazy("Address"), max_length=254)
    note = forms.CharField(label=gettext_lazy("Why"), max_length=300, required=False)


def suppressions(request: HttpRequest) -> HttpResponse:
    """Addresses that get no mail, with the cause; one can be added by hand."""
    asking = Asking(request)
    form = SuppressionForm(request.POST or None)
    done = attempt(
        form,
        lambda: suppress_address(
            business_id=asking.scope.business_id,
            address=form.cleaned_data["address"],
            cause="manual",
            note=form.cleaned_data["note"],
            at=asking.at,
            actor=asking.actor.name,
        ),
    )
    if done is not None:
        messages.success(request, _("This address gets no more mail."))
        return redirect("desk:suppressions")
    return form_page(request, "desk/suppressions.html", form, rows=suppressions_of(scope=asking.scope), current_section="mail")


def lift(request: HttpRequest, number: int) -> HttpResponse:
    """Let an address get mail again."""
    asking = Asking(request)
    lift_suppression(business_id=asking.scope.business_id, suppression_id=number, at=asking.at, actor=asking.actor.name)
    messages.success(request, _("This address gets mail again."))
    return redirect("desk:suppressions")


class TextForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    kind = forms.ChoiceField(label=gettext_lazy("What it is about"), choices=KIND_WORDS)
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=300)
    body = forms.CharField(label=gettext_lazy("Text"), widget=forms.Textarea(attrs={"rows": 8}), max_length=50_000)


def texts(request: HttpRequest) -> HttpResponse:
    """Texts to write from; a text with an unknown place is refused when it is saved."""
    asking = Asking(request)
    form = TextForm(request.POST or None)

    def save() -> object:
        given = form.cleaned_data
        purpose, contact_class = KINDS[given["kind"]]
        return save_text(
            business_id=asking.scope.business_id,
            name=given["name"],
            purpose=purpose,
            contact_class=contact_class,
            subject=given["subject"],
            body=given["body"],
            at=asking.at,
            actor=asking.actor.name,
        )

    if attempt(form, save) is not None:
        messages.success(request, _("The text is kept."))
        return redirect("desk:texts")
    return form_page(request, "desk/texts.html", form, rows=texts_of(scope=asking.scope), current_section="mail")
