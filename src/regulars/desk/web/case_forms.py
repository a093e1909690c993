"""The forms of cases."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.contacts.queries import TermKind, Terms, terms_of
from regulars.customers.queries import Customer
from regulars.desk.web.asking import Asking
from regulars.groundwork.kernel.ids import new_id
from regulars.groundwork.kernel.money import NotMoney, minor_units
from regulars.messaging.services import EACH_BYTES, MOST, Enclosed
from regulars.policy.queries import PRIORITY_WORDS
from regulars.service.queries import queues_of
from regulars.service.services import Answer, NewCase, NewGesture, Resolution
from regulars.staff.queries import employee_names, employees

LOCAL = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
WAYS = [
    ("phone", gettext_lazy("On the phone")),
    ("till", gettext_lazy("At the counter")),
    ("visit", gettext_lazy("At a visit")),
    ("email", gettext_lazy("By e-mail")),
    ("post", gettext_lazy("By letter")),
    ("sms", gettext_lazy("By text message")),
    ("social", gettext_lazy("On a social network")),
]
ANSWER_WAYS = [
    ("email", gettext_lazy("Send as e-mail")),
    ("phone", gettext_lazy("I told them on the phone")),
    ("visit", gettext_lazy("I told them in person")),
    ("till", gettext_lazy("I told them at the counter")),
    ("post", gettext_lazy("I wrote a letter")),
    ("sms", gettext_lazy("I sent a text message")),
    ("social", gettext_lazy("I answered on a social network")),
]


def offered(terms: Terms, kind: TermKind) -> list[tuple[str, str]]:
    """What a select of this taxonomy offers."""
    return [(one.code, _(one.label)) for one in terms.offered(kind)]


def local_field(label: Any, *, required: bool = True) -> forms.DateTimeField:
    """A moment by the clock of the business."""
    return forms.DateTimeField(
        label=label,
        required=required,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=LOCAL,
    )


class NewCaseForm(forms.Form):
    """A case that somebody of the staff opens while the customer speaks."""

    channel = forms.ChoiceField(label=gettext_lazy("How they turned to us"), choices=WAYS)
    nature = forms.ChoiceField(label=gettext_lazy("What it is"))
    subject = forms.CharField(label=gettext_lazy("In a few words"), max_length=200)
    text = forms.CharField(label=gettext_lazy("What the customer said"), widget=forms.Textarea(attrs={"rows": 5}), max_length=50_000)
    remedy_asked = forms.CharField(
        label=gettext_lazy("What they ask for"),
        help_text=gettext_lazy("The remedy that the customer wants, in their words."),
        max_length=500,
        required=False,
    )
    topic = forms.ChoiceField(label=gettext_lazy("About"), required=False)
    priority = forms.ChoiceField(label=gettext_lazy("How urgent"), choices=list(PRIORITY_WORDS.items()), initial="normal")
    mine = forms.BooleanField(label=gettext_lazy("I take care of it"), required=False, initial=True)
    no_complaint = forms.CharField(
        label=gettext_lazy("Why it is no complaint"),
        help_text=gettext_lazy("Only when it sounds like one."),
        max_length=500,
        required=False,
    )
    act = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: object, asking: Asking, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's stubs type the arguments one by one
        terms = terms_of(scope=asking.scope)
        self.asking = asking
        cast("forms.ChoiceField", self.fields["nature"]).choices = offered(terms, TermKind.NATURE)
        cast("forms.ChoiceField", self.fields["topic"]).choices = [("", _("Not said")), *offered(terms, TermKind.TOPIC)]
        self.initial.setdefault("act", str(new_id()))

    def case(self, customer: Customer) -> NewCase:
        """The form as a case."""
        given = self.cleaned_data
        me = self.asking.employee.pk
        return NewCase(
            subject=given["subject"],
            text=given["text"],
            channel=given["channel"],
            nature=given["nature"],
            topic=given["topic"],
            priority=given["priority"],
            remedy_asked=given["remedy_asked"],
            no_complaint=given["no_complaint"],
            owner_id=me if given["mine"] else None,
            staff_id=me,
            branch_id=customer.home_branch_id,
        )


class FilesInput(forms.ClearableFileInput):
    """A field for several files at once."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class FilesField(forms.FileField):
    """Several files, each as it was chosen; how big they may be is decided where they are sent."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Enclosed]:
        """The files with their content, read no further than one byte beyond what may be sent."""
        chosen = data if isinstance(data, (list, tuple)) else [data] if data else []
        return [Enclosed(one.name or "", one.read(EACH_BYTES + 1)) for one in chosen[: MOST + 1]]


class AnswerForm(forms.Form):
    """What is said to the customer. `version` is the case as the writer read it."""

    text = forms.CharField(label=gettext_lazy("Answer"), widget=forms.Textarea(attrs={"rows": 7}), max_length=50_000)
    channel = forms.ChoiceField(label=gettext_lazy("How"), choices=ANSWER_WAYS)
    enclosures = FilesField(
        label=gettext_lazy("Files"),
        help_text=gettext_lazy("They go with an e-mail: up to 10, each up to 5 MB, together up to 10 MB."),
        required=False,
    )
    decides = forms.BooleanField(
        label=gettext_lazy("This is our decision"), help_text=gettext_lazy("Not only news on the way to it."), required=False
    )
    then = forms.ChoiceField(
        label=gettext_lazy("Then"),
        choices=[("", gettext_lazy("It stays open with us")), ("waiting", gettext_lazy("We wait for the customer"))],
        required=False,
    )
    reached = forms.ChoiceField(
        label=gettext_lazy("Reached?"),
        choices=[("1", gettext_lazy("I reached them")), ("", gettext_lazy("Nobody was reached"))],
        required=False,
        initial="1",
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    act = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def answer(self, asking: Asking) -> Answer:
        """The form as an answer."""
        given = self.cleaned_data
        return Answer(
            text=given["text"],
            channel=given["channel"],
            decides=given["decides"],
            then=given["then"],
            reached=given["channel"] == "email" or given["reached"] == "1",
            enclosures=tuple(given["enclosures"]),
            staff_id=asking.employee.pk,
        )


class ResolveForm(forms.Form):
    """How it was settled; a complaint needs cause and action."""

    cause = forms.ChoiceField(label=gettext_lazy("What caused it"), required=False)
    action = forms.CharField(
        label=gettext_lazy("What was done about it"), widget=forms.Textarea(attrs={"rows": 3}), max_length=500, required=False
    )
    told = forms.BooleanField(label=gettext_lazy("The customer knows that it is settled"), required=False, initial=True)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: object, asking: Asking, complaint: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's stubs type the arguments one by one
        choices = [("", _("Not said")), *offered(terms_of(scope=asking.scope), TermKind.TOPIC)]
        cast("forms.ChoiceField", self.fields["cause"]).choices = choices
        if complaint:  # required, though the service says it better than the browser
            for name in ("cause", "action"):
                self.fields[name].required = True
                self.fields[name].error_messages["required"] = _("A complaint is resolved with its cause and with what was done about it.")

    def resolution(self) -> Resolution:
        """The form as a resolution."""
        return Resolution(cause=self.cleaned_data["cause"], action=self.cleaned_data["action"], told=self.cleaned_data["told"])


class HandOverForm(forms.Form):
    """To whom, to which queue, and what the next one needs to know."""

    owner = forms.ChoiceField(label=gettext_lazy("Who has it"), required=False)
    queue = forms.ChoiceField(label=gettext_lazy("Queue"), required=False)
    handover = forms.CharField(
        label=gettext_lazy("What the next one needs to know"),
        help_text=gettext_lazy("So that the customer need not say it again."),
        max_length=500,
        required=False,
    )

    def __init__(self, *args: object, asking: Asking, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's stubs type the arguments one by one
        people = [(public, name) for _pk, public, name in employee_names(scope=asking.scope, here=True)]
        cast("forms.ChoiceField", self.fields["owner"]).choices = [("", _("Nobody in particular")), *people]
        queues = [(str(one.public_id), one.name) for one in queues_of(scope=asking.scope)]
        cast("forms.ChoiceField", self.fields["queue"]).choices = [("", _("As it is")), *queues]

    def owner_id(self, asking: Asking) -> int | None:
        """The person chosen, by internal number."""
        wanted = self.cleaned_data["owner"]
        return next((one.pk for one in employees(scope=asking.scope) if str(one.public_id) == wanted), None)


class ClassifyForm(forms.Form):
    """What the case is and how urgent."""

    nature = forms.ChoiceField(label=gettext_lazy("What it is"))
    topic = forms.ChoiceField(label=gettext_lazy("About"), required=False)
    priority = forms.ChoiceField(label=gettext_lazy("How urgent"), choices=list(PRIORITY_WORDS.items()))
    why = forms.CharField(
        label=gettext_lazy("Why"), help_text=gettext_lazy("Needed when a complaint becomes something else."), max_length=500, required=False
    )

    def __init__(self, *args: object, asking: Asking, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's stubs type the arguments one by one
        terms = terms_of(scope=asking.scope)
        natures, topics = offered(terms, TermKind.NATURE), offered(terms, TermKind.TOPIC)
        for name, choices in (("nature", natures), ("topic", [("", _("Not said")), *topics])):
            stood = self.initial.get(name, "")
            extra = [(stood, stood)] if stood and stood not in dict(choices) else []
            cast("forms.ChoiceField", self.fields[name]).choices = [*choices, *extra]


class PromiseForm(forms.Form):
    """“I'll call by noon.”"""

    what = forms.CharField(label=gettext_lazy("What I promise"), max_length=200)
    due = local_field(gettext_lazy("Until"))
    act = forms.CharField(widget=forms.HiddenInput, max_length=40)


class SnoozeForm(forms.Form):
    """Out of the lists until then."""

    until = local_field(gettext_lazy("Until"))


class GestureForm(forms.Form):
    """What is given, in whole units of the currency of the business."""

    kind = forms.ChoiceField(label=gettext_lazy("What"))
    amount = forms.CharField(label=gettext_lazy("How much"), max_length=20, widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    words = forms.CharField(label=gettext_lazy("What for"), max_length=300, required=False)
    act = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: object, kinds: list[tuple[str, str]], currency: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's stubs type the arguments one by one
        self.currency = currency
        cast("forms.ChoiceField", self.fields["kind"]).choices = kinds
        self.initial.setdefault("act", str(new_id()))

    def clean_amount(self) -> int:
        """In minor units."""
        try:
            return minor_units(self.cleaned_data["amount"].replace(",", ".").strip(), self.currency)
        except NotMoney:
            raise forms.ValidationError(_("This is no amount. Write it like 12.50.")) from None

    def gesture(self) -> NewGesture:
        """The form as a gesture."""
        given = self.cleaned_data
        return NewGesture(kind=given["kind"], amount_minor=given["amount"], currency=self.currency, words=given["words"])


class HandlerForm(forms.Form):
    """One person for a customer, and who stands in."""

    employee = forms.ChoiceField(label=gettext_lazy("Handles everything of them"), required=False)
    deputy = forms.ChoiceField(label=gettext_lazy("Stands in"), required=False)

    def __init__(self, *args: object, asking: Asking, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's stubs type the arguments one by one
        people = [("", _("Nobody in particular")), *((public, name) for _pk, public, name in employee_names(scope=asking.scope, here=True))]
        for name in ("employee", "deputy"):
            cast("forms.ChoiceField", self.fields[name]).choices = people

    def numbers(self, asking: Asking) -> tuple[int | None, int | None]:
        """The two people by internal number."""
        known = {str(one.public_id): one.pk for one in employees(scope=asking.scope)}
        return known.get(self.cleaned_data["employee"]), known.get(self.cleaned_data["deputy"])
