"""The design's addresses, its tags, and the style guide."""

from __future__ import annotations

import gzip
import re

import pytest
from django import forms
from django.template import engines
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse
from django_cotton.compiler_regex import CottonCompiler

from regulars.groundwork.design import assets, guide, icons
from regulars.groundwork.design.templatetags.design import initials, per_cent_width


def rendered(source: str, **context: object) -> str:
    request = RequestFactory().get("/somewhere?q=ada&page=2")
    compiled = CottonCompiler().process("{% load design %}" + source)
    return str(engines["django"].from_string(compiled).render(context, request))


class Form(forms.Form):
    mail = forms.EmailField(help_text="Used to sign in.")
    note = forms.CharField(required=False)


def asset_address(name: str, fingerprint: str | None = None) -> str:
    return reverse("design:asset", kwargs={"fingerprint": fingerprint or assets.wardrobe().fingerprint, "name": name})


def test_the_style_sheet_is_kept_for_ever_under_the_hash_of_its_contents(client: Client) -> None:
    response = client.get(asset_address(assets.STYLE_SHEET))
    assert response.status_code == 200
    assert "immutable" in response["Cache-Control"]
    assert b"@layer reset, tokens, base, layout, components, utilities, print;" in response.content


def test_an_old_address_still_dresses_the_page_but_is_not_kept(client: Client) -> None:
    response = client.get(asset_address(assets.STYLE_SHEET, "0" * 12))
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-cache"


def test_assets_are_sent_compressed_to_those_who_understand_it(client: Client) -> None:
    response = client.get(asset_address("js/house.js"), headers={"accept-encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert b"keepManners" in gzip.decompress(response.content)


@pytest.mark.parametrize("name", ["js/absent.js", "css/button.css", "js/../../apps.py"])
def test_only_assets_are_served(client: Client, name: str) -> None:
    assert client.get(f"/design/assets/{assets.wardrobe().fingerprint}/{name}").status_code == 404


def test_an_accent_becomes_css_and_a_pale_one_does_not(client: Client) -> None:
    taken = client.get(reverse("design:accent", kwargs={"digits": "7a2f5b"}))
    assert "--accent:light-dark(#7a2f5b," in taken.content.decode()
    assert client.get(reverse("design:accent", kwargs={"digits": "ffee88"})).status_code == 404


def test_the_theme_is_remembered_and_the_way_back_stays_on_this_host(client: Client) -> None:
    response = client.post(reverse("design:theme"), {"theme": "dark", "next": "/customers"})
    assert (response.status_code, response["Location"]) == (302, "/customers")
    assert client.cookies["theme"].value == "dark"
    away = client.post(reverse("design:theme"), {"theme": "nonsense", "next": "https://elsewhere.example/"})
    assert away["Location"] == "/"
    assert client.cookies["theme"].value == "system"


def test_no_style_sheet_or_script_is_too_long_and_no_rule_is_inline() -> None:
    for path in sorted(assets.FOLDER.glob("css/*.css")):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 250, path.name
    templates = assets.FOLDER.parent.parent / "templates"
    for path in sorted(templates.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=", text), path.name
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), path.name


@override_settings(DEBUG=False)
def test_the_wardrobe_is_the_same_each_time_it_is_opened() -> None:
    assert assets.wardrobe() is assets.wardrobe()


def test_a_field_reads_its_hint_and_its_error_out_with_the_control() -> None:
    html = rendered('<c-field :field="form.mail" />', form=Form({"mail": "nonsense"}))
    assert 'aria-describedby="id_mail_helptext id_mail_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_mail_error"' in html
    assert "(optional)" in rendered('<c-field :field="form.note" />', form=Form())


def test_the_error_summary_links_to_the_field() -> None:
    html = rendered('<c-errors :form="form" />', form=Form({"mail": ""}))
    assert 'href="#id_mail"' in html
    assert "One thing needs your attention" in html
    assert rendered('<c-errors :form="form" />', form=Form()).strip() == ""


def test_a_link_that_looks_like_a_button_is_a_link() -> None:
    assert rendered('<c-button href="/x" tone="primary">Go</c-button>').strip().startswith('<a href="/x"')
    assert "disabled" in rendered('<c-button disabled="yes">Go</c-button>')


def test_an_unknown_icon_fails_loudly() -> None:
    with pytest.raises(KeyError):
        icons.draw("unicorn")


def test_the_query_is_kept_but_for_what_changes() -> None:
    assert rendered("?{% keep_query page=3 %}") == "?q=ada&amp;page=3"
    assert rendered("?{% keep_query page=None %}") == "?q=ada"


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Ada Okafor", "AO"), ("Nguyễn Thị Hồng", "NH"), ("Ines", "I"), ("", ""), ("  4 you ", "Y")],
)
def test_initials_are_the_first_and_the_last(name: str, letters: str) -> None:
    assert initials(name) == letters


@pytest.mark.parametrize(("value", "whole", "width"), [(5, 10, "50.00"), (20, 10, "100.00"), (-1, 10, "0.00"), (1, 0, "0")])
def test_a_meter_is_never_fuller_than_full(value: float, whole: float, width: str) -> None:
    assert per_cent_width(value, whole) == width


@pytest.mark.urls("tests.groundwork.design.addresses")
@pytest.mark.parametrize("name", guide.PAGES)
def test_every_component_has_its_page_in_the_style_guide(rf: RequestFactory, name: str) -> None:
    response = guide.page(rf.get(f"/design/{name}"), name)
    assert response.status_code == 200
    assert b"<h1>" in response.content


@pytest.mark.urls("tests.groundwork.design.addresses")
def test_the_form_specimen_answers_422_with_its_errors(rf: RequestFactory) -> None:
    response = guide.page(rf.post("/design/field", {}), "field")
    assert response.status_code == 422
    assert b"data-errors" in response.content
