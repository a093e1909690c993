"""The builder's form: a field for each value of the document, laid out by section and rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from regulars.desk.web.loyalty_faults import field_of, place_in_words, sentence_of
from regulars.desk.web.loyalty_fields import FOUNDING, LADDER, LIMITS, NEVER, SECTIONS, TOP, Section, Spec
from regulars.desk.web.loyalty_shape import rows_at, shown_at, specs_of
from regulars.loyalty.queries import Fault


@dataclass(frozen=True)
class Row:
    """One rule: its number within the section, its name, its fields, and those that are shown on demand."""

    number: int
    name: str
    fields: list[BoundField]
    more: list[BoundField]

    @property
    def opened(self) -> bool:
        """Whether what is shown on demand holds something wrong, which must be seen."""
        return any(field.errors for field in self.more)


@dataclass(frozen=True)
class Group:
    """A section with its rules."""

    section: Section
    rows: list[Row]
    fields: list[BoundField]


class Typed(forms.CharField):
    """Text as typed. `required` only says whether it may stay empty; whether it does is the document's check."""

    def validate(self, value: Any) -> None:
        """Nothing is wrong here."""


class DocumentForm(forms.Form):
    """Whatever was typed, shown again; what is wrong with it is found by the document's own check, not here."""

    use_required_attribute = False

    def __init__(self, shape: Mapping[str, Any], *, founding: bool) -> None:
        self.shape, self.founding = shape, founding
        specs = dict(specs_of(shape, founding=founding))
        shown = {place: shown_at(shape, place, spec) for place, spec in specs.items()}
        typed = MultiValueDict({place: value if isinstance(value, list) else [value] for place, value in shown.items()})
        super().__init__(typed)
        for place, spec in specs.items():
            self.fields[place] = _field(place, spec, shape, shown[place])

    def take(self, faults: Iterable[Fault]) -> None:
        """Put faults beside their fields, and on top what has none, with its place in words."""
        self.is_valid()
        found = list(faults)
        nameless = {one.place.removesuffix("name") for one in found if one.place.endswith(".name")}
        for fault in found:
            if fault.code == "missing" and fault.place.endswith(".code") and fault.place.removesuffix("code") in nameless:
                continue  # the code is made of the name
            name, words = field_of(fault, self.fields, self.shape), sentence_of(fault)
            if name:
                self.add_error(name, words)
            else:
                where = place_in_words(fault.place, self.shape)
                self.add_error(None, f"{where}: {words}" if where else words)

    def part(self, specs: Iterable[Spec]) -> list[BoundField]:
        """The fields of a part outside the repeated rules."""
        return [self[spec.key] for spec in specs]

    @property
    def top(self) -> list[BoundField]:
        return self.part(TOP)

    @property
    def founding_fields(self) -> list[BoundField]:
        return self.part(FOUNDING) if self.founding else []

    @property
    def never(self) -> list[BoundField]:
        return self.part(NEVER)

    @property
    def limits(self) -> list[BoundField]:
        return self.part(LIMITS)

    @property
    def limits_opened(self) -> bool:
        return any(field.errors for field in self.limits)

    @property
    def groups(self) -> list[Group]:
        """Every section with its rules."""
        found = []
        for section in SECTIONS:
            rows = [self._row(section, number, str(one.get("name") or "")) for number, one in enumerate(rows_at(self.shape, section))]
            around = self.part(LADDER) if section.place == "ladder.tiers" and self.shape.get("ladder") else []
            found.append(Group(section, rows, around))
        return found

    def _row(self, section: Section, number: int, name: str) -> Row:
        place = f"{section.place}.{number}"
        plain = [self[f"{place}.{spec.key}"] for spec in section.specs if not spec.more]
        more = [self[f"{place}.{spec.key}"] for spec in section.specs if spec.more]
        return Row(number, name, plain, more)


def _field(place: str, spec: Spec, shape: Mapping[str, Any], shown: str | list[str]) -> forms.Field:
    asked: dict[str, Any] = {"label": spec.label, "help_text": spec.hint, "required": False}
    if spec.sort == "days":
        return forms.MultipleChoiceField(choices=spec.choices, widget=forms.CheckboxSelectMultiple, **asked)
    widget = _widget(spec, str(shown))
    if spec.sort == "choice":
        choices = list(spec.choices) or _offered(shape, spec.key)
        if shown and shown not in {value for value, _label in choices}:
            choices.append((str(shown), str(shown)))
        widget = forms.Select(choices=choices)
    return Typed(widget=widget, strip=False, **asked | {"required": spec.needed or spec.sort == "choice"})


class DayInput(forms.TextInput):
    """A date as browsers ask for it."""

    input_type = "date"


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _widget(spec: Spec, shown: str) -> forms.Widget:
    if spec.sort in ("area", "words"):
        return forms.Textarea(attrs={"rows": 2})
    if spec.sort == "date":
        # What is no date is shown again as it was typed, which a date input would drop.
        return DayInput() if not shown or _is_day(shown) else forms.TextInput()
    if spec.sort == "clock":
        return forms.TextInput(attrs={"placeholder": "09:30", "inputmode": "numeric"})
    return forms.TextInput(attrs={"inputmode": {"number": "decimal", "count": "numeric"}.get(spec.sort, "text")})


def _offered(shape: Mapping[str, Any], key: str) -> list[tuple[str, Any]]:
    """What a choice has to offer: the units or rewards that the document itself holds; nothing, where it may stay open."""
    rows = (shape.get("rewards") if key in ("reward.code", "welcome") else shape.get("units")) or []
    if key == "ladder.currency":
        rows = [one for one in rows if one.get("kind") == "qualifying"]
    if key == "price.unit":
        rows = [one for one in rows if one.get("kind") != "qualifying"]
    known = [(str(one.get("code") or ""), str(one.get("name") or one.get("code") or "")) for one in rows]
    return [("", _("Nothing")), *known] if key in ("welcome", "price.unit") else known
