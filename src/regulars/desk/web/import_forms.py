"""Forms of the import pages: which file, and how it is read."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.desk.web.choices import common_currencies
from regulars.groundwork.kernel.intake.kinds import KINDS, Kind
from regulars.groundwork.kernel.intake.plans import Draft, Plan
from regulars.groundwork.kernel.tables.encodings import CANDIDATES
from regulars.groundwork.kernel.tables.opening import DELIMITERS, Table

DELIMITER_TITLES = {
    ",": gettext_lazy("Comma"),
    ";": gettext_lazy("Semicolon"),
    "\t": gettext_lazy("Tab"),
    "|": gettext_lazy("Vertical bar"),
}
KIND_TITLES = {"purchases": gettext_lazy("Purchases"), "customers": gettext_lazy("Customers")}


class UploadForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("What is in the file?"), widget=forms.RadioSelect)
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV or XLSX, as your till, shop or spreadsheet program exports it."),
        allow_empty_file=True,
        error_messages={"required": gettext_lazy("Choose a file.")},
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        names = sorted(KINDS, key=lambda name: name != "purchases")
        self.fields["kind"].choices = [(name, KIND_TITLES.get(name, KINDS[name].title)) for name in names]  # type: ignore[attr-defined]
        self.fields["kind"].initial = names[0] if names else None


class PlanForm(forms.Form):
    """Built for one file: a select for each field of the kind, the file's reading, and the questions that it leaves open."""

    zone = forms.CharField(label=gettext_lazy("Time zone of the dates"), max_length=64)
    source = forms.RegexField(
        r"^[\w.\- ]{1,40}$",
        label=gettext_lazy("Where the numbers come from"),
        help_text=gettext_lazy("A short name of the other system: the same customer number from another system is somebody else."),
    )

    def __init__(self, *args: object, kind: Kind, table: Table, draft: Draft, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.kind, self.table, self.draft = kind, table, draft
        plan = draft.plan
        self.fields["zone"].initial, self.fields["source"].initial = plan.zone, plan.source
        self._add_columns(plan)
        if any(one.shape == "money" for one in kind.fields):
            choices = [("", _("as the column says")), *common_currencies()]
            self.fields["currency"] = forms.ChoiceField(
                label=_("Currency of the amounts"), choices=choices, initial=plan.currency, required=False
            )
        self._add_reading(plan)
        for question in draft.questions:
            if question.about != "encoding":
                self.fields[f"answer:{question.about}"] = forms.ChoiceField(
                    label=question.sentence, choices=question.choices, initial=question.assumed, widget=forms.RadioSelect
                )

    @property
    def column_fields(self) -> list[forms.BoundField]:
        """The selects, one for each field of the kind."""
        return [self[f"column:{one.name}"] for one in self.kind.fields]

    @property
    def reading_fields(self) -> list[forms.BoundField]:
        """How the file itself is read."""
        return [self[name] for name in ("encoding", "delimiter", "sheet") if name in self.fields]

    @property
    def questions(self) -> list[forms.BoundField]:
        """What the file leaves open."""
        return [self[name] for name in self.fields if name.startswith("answer:")]

    def clean_zone(self) -> str:
        zone = str(self.cleaned_data["zone"]).strip()
        if zone not in available_timezones():
            raise forms.ValidationError(_("There is no time zone called “%(zone)s”."), params={"zone": zone[:60]})
        return zone

    def plan(self) -> Plan:
        """The plan that the form asks for; columns only as far as they still exist."""
        given = self.cleaned_data
        columns = {one.name: given[f"column:{one.name}"] for one in self.kind.fields if given.get(f"column:{one.name}")}
        return replace(
            self.draft.plan,
            columns=columns,
            currency=given.get("currency", ""),
            zone=given["zone"],
            source=given["source"],
            encoding=given.get("encoding") or self.draft.plan.encoding,
            delimiter=given.get("delimiter") or self.draft.plan.delimiter,
            sheet=given.get("sheet") or self.draft.plan.sheet,
        )

    def answers(self) -> dict[str, str]:
        """What was answered to the open questions; a shown encoding counts as confirmed."""
        found = {name.removeprefix("answer:"): value for name, value in self.cleaned_data.items() if name.startswith("answer:")}
        return found | {"encoding": "confirmed"}

    def reads_otherwise(self) -> bool:
        """Whether the file must be looked at anew, because its encoding, delimiter or sheet was changed."""
        plan, wanted = self.draft.plan, self.plan()
        return (plan.encoding, plan.delimiter, plan.sheet) != (wanted.encoding, wanted.delimiter, wanted.sheet)

    def _add_columns(self, plan: Plan) -> None:
        names = [(name, name[:60]) for name in self.table.names]
        for one in self.kind.fields:
            self.fields[f"column:{one.name}"] = forms.ChoiceField(
                label=one.title,  # type: ignore[arg-type]
                choices=[("", _("not in this file")), *names],
                initial=plan.columns.get(one.name, ""),
                required=one.required,
                error_messages={"required": _("Choose the column.")},
            )

    def _add_reading(self, plan: Plan) -> None:
        if self.table.survey.kind == "xlsx":
            if len(self.table.sheets) > 1:
                sheets = [(name, name) for name in self.table.sheets]
                self.fields["sheet"] = forms.ChoiceField(label=_("Sheet"), choices=sheets, initial=plan.sheet or sheets[0][0])
            return
        encodings = dict.fromkeys([str(plan.encoding), *self.table.survey.guess.possible, "utf-8-sig", *CANDIDATES])
        shown = [(name, "utf-8" if name == "utf-8-sig" else name) for name in encodings]
        self.fields["encoding"] = forms.ChoiceField(label=_("Encoding of the letters"), choices=shown, initial=plan.encoding)
        delimiters = [(sign, DELIMITER_TITLES[sign]) for sign in DELIMITERS]
        self.fields["delimiter"] = forms.ChoiceField(label=_("Columns are divided by"), choices=delimiters, initial=plan.delimiter)
