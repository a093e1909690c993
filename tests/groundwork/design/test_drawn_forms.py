"""Controls that Python draws say exactly what Django's own templates say."""

from __future__ import annotations

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.test.html import parse_html

from regulars.groundwork.design.drawn_forms import DrawnControls

from tests.groundwork.design.test_components import rendered

NASTY = "<b>&\"'</b>"


class Everything(forms.Form):
    """A field of each kind that pages use."""

    words = forms.CharField(label="Words", help_text=f"Not {NASTY}", max_length=40, widget=forms.TextInput(attrs={"placeholder": NASTY}))
    long = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}))
    number = forms.IntegerField(min_value=1, max_value=9)
    mail = forms.EmailField()
    secret = forms.CharField(widget=forms.PasswordInput)
    hidden = forms.CharField(widget=forms.HiddenInput)
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    moment = forms.DateTimeField(widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    yes = forms.BooleanField(required=False, disabled=True)
    one = forms.ChoiceField(choices=[("", "Nothing"), ("a", NASTY), ("Group", [("b", "B"), ("c", "C")])])
    several = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")])
    radio = forms.ChoiceField(choices=[("a", "A"), ("b", NASTY)], widget=forms.RadioSelect)
    boxes = forms.MultipleChoiceField(choices=[("a", "A")], widget=forms.CheckboxSelectMultiple)
    upload = forms.FileField()


GIVEN = {
    "words": NASTY, "long": f"\n{NASTY}\nmore", "number": "5", "mail": "a@b.example", "secret": "x", "hidden": NASTY, "day": "2026-11-22",
    "moment": "2026-11-22T10:00", "yes": "on", "one": "b", "several": ["a", "b"], "radio": "b", "boxes": ["a"],
}  # fmt: skip


@pytest.mark.pure
@pytest.mark.parametrize("name", list(Everything.base_fields))
@pytest.mark.parametrize("given", [None, {}, GIVEN])
def test_a_drawn_control_is_the_one_that_django_writes(name: str, given: dict[str, object] | None) -> None:
    drawn, written = (Everything(given, initial={"words": 0}, renderer=one()) for one in (DrawnControls, DjangoTemplates))
    assert parse_html(str(drawn[name].as_widget(attrs={"aria-invalid": "true"}))) == parse_html(
        str(written[name].as_widget(attrs={"aria-invalid": "true"}))
    )


@pytest.mark.pure
def test_a_field_says_what_it_is_what_is_wrong_and_where() -> None:
    form = Everything({"words": ""})
    html = rendered('<c-field :field="form.words" /><c-errors :form="form" />', form=form)
    assert "Not &lt;b&gt;" in html
    assert 'aria-describedby="id_words_helptext id_words_error"' in html
    assert html.count("This field is required.") > 1
    assert 'href="#id_words">Words: This field is required.' in html
    assert "<b>" not in html
