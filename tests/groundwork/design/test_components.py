"""The components that Python draws: attributes, slots and what must be escaped."""

from __future__ import annotations

import pytest
from django.template import engines
from django.test import RequestFactory
from django_cotton.compiler_regex import CottonCompiler

from regulars.groundwork.design.icons import draw
from regulars.groundwork.design.templatetags.components import DrawnComponent

pytestmark = pytest.mark.pure
NASTY = '<script>"&'
ESCAPED = "&lt;script&gt;&quot;&amp;"


def rendered(source: str, **context: object) -> str:
    compiled = CottonCompiler().process("{% load design i18n %}" + source)
    return str(engines["django"].from_string(compiled).render(context, RequestFactory().get("/")))


CASES = [
    ('<c-badge tone="good">Yes</c-badge>', f'<span class="badge badge--good">{draw("good")}<span>Yes</span></span>'),
    ('<c-badge icon="leaf" id="x">Yes</c-badge>', f'<span class="badge" id="x">{draw("leaf")}<span>Yes</span></span>'),
    ("<c-badge>{{ word }}</c-badge>", f'<span class="badge"><span>{ESCAPED}</span></span>'),
    ("<c-button>Go</c-button>", '<button type="submit" class="button">Go</button>'),
    (
        '<c-button tone="primary" size="small" wide="yes" busy="yes" icon="add">Go</c-button>',
        '<button type="submit" class="button button--primary button--small button--wide" aria-busy="true">Go</button>',
    ),
    (
        '<c-button disabled="yes" reason="Not yet" type="button" name="act" value="{{ word }}">Go</c-button>',
        f'<button type="button" class="button" disabled name="act" value="{ESCAPED}">Go</button> <span class="button-reason">Not yet</span>',
    ),
    (
        '<c-button href="{{ word }}" icon="add" key="n" data-dialog="d">Go</c-button>',
        f'<a href="{ESCAPED}" class="button" data-dialog="d">{draw("add")}Go<kbd class="key key--hint" aria-hidden="true">n</kbd></a>',
    ),
    (
        '<c-reveal name="put-off" label="{{ word }}" href="/c/1/" />',
        f'<p class="reveal" id="put-off"><a href="/c/1/?do=put-off#put-off" hx-get="/c/1/?do=put-off" hx-select="#put-off"'
        f' hx-target="#put-off" hx-swap="outerHTML">{ESCAPED}</a></p>',
    ),
    (
        '<c-reveal name="put-off" label="Put off" href="/c/1/">{{ word }}</c-reveal>',
        f'<details class="reveal" id="put-off" open><summary>Put off</summary>{ESCAPED}</details>',
    ),
    ('<c-button :disabled="no">Go</c-button>', '<button type="submit" class="button">Go</button>'),
    ('<c-button :href="word">Go</c-button>', f'<a href="{ESCAPED}" class="button">Go</a>'),
    (
        '<c-panel title="{{ word }}" note="two" flush="yes" id="p">In<c-slot name="actions"><c-badge>b</c-badge></c-slot>'
        '<c-slot name="foot">{{ word }}</c-slot></c-panel>',
        f'<section class="panel" id="p"><header class="panel__head"><h2 class="panel__title">{ESCAPED}<small>two</small></h2>'
        '<span class="badge"><span>b</span></span></header><div class="panel__body panel__body--flush">In</div>'
        f'<footer class="panel__foot">{ESCAPED}</footer></section>',
    ),
    (
        '<c-panel tone="danger" level="3" title="A"><c-panel title="B">{{ word }}</c-panel></c-panel>',
        '<section class="panel panel--danger"><header class="panel__head"><h3 class="panel__title">A</h3></header><div class="panel__body">'
        '<section class="panel"><header class="panel__head"><h2 class="panel__title">B</h2></header>'
        f'<div class="panel__body">{ESCAPED}</div></section></div></section>',
    ),
    ("<c-panel>In</c-panel>", '<section class="panel"><div class="panel__body">In</div></section>'),
    (
        '<c-notice tone="plain" title="T" role="status">In<c-slot name="actions">A</c-slot></c-notice>',
        f'<div class="notice notice--plain" role="status">{draw("info")}<div class="notice__words"><p class="notice__title">T</p>'
        '<div>In</div><div class="notice__acts">A</div></div></div>',
    ),
    (
        '<c-empty voice="failed" small="yes" title="{{ word }}">In</c-empty>',
        f'<div class="empty empty--failed empty--small" role="alert"><div class="empty__picture">{draw("warn")}</div>'
        f'<h2 class="empty__title">{ESCAPED}</h2><div class="empty__text">In</div></div>',
    ),
    (
        '<c-figure label="L" value="{{ word }}" unit="€" n="7" interval="1 to 2" verdict="Fair" verdict_tone="good" />',
        f'<div class="figure"><p class="figure__label">L</p><p class="figure__value">{ESCAPED} <span class="figure__unit">€</span></p>'
        f'<p class="figure__between">1 to 2 · n = 7</p><p><span class="badge badge--good">{draw("good")}<span>Fair</span></span></p></div>',
    ),
    (
        '<c-figure label="L" value="1">Why</c-figure>',
        '<div class="figure"><p class="figure__label">L</p><p class="figure__value">1</p><details class="reveal figure__why"><summary>'
        'Why this figure<span class="sr-only">: L</span></summary><div>Why</div></details></div>',
    ),
]


@pytest.mark.parametrize(("source", "expected"), CASES)
def test_a_component_draws_its_attributes_and_slots_and_escapes_what_it_is_given(source: str, expected: str) -> None:
    assert rendered(source, word=NASTY, no="") == expected


def test_a_further_attribute_that_is_passed_as_a_value_is_escaped() -> None:
    assert rendered('<c-badge :title="word">b</c-badge>', word=NASTY) == f'<span class="badge" title="{ESCAPED}"><span>b</span></span>'


def test_a_slot_inside_a_condition_belongs_to_its_own_component() -> None:
    source = '<c-panel title="A">{% if yes %}<c-notice>n<c-slot name="actions">inner</c-slot></c-notice>{% endif %}</c-panel>'
    assert "notice__acts" in rendered(source, yes=True)
    assert "panel__head" in rendered(source, yes=True)
    assert rendered(source, yes=True).count("inner") == 1


def test_an_unknown_icon_fails_loudly() -> None:
    with pytest.raises(KeyError):
        rendered('<c-badge icon="no-such">b</c-badge>')


def test_other_components_stay_templates() -> None:
    template = engines["django"].from_string(CottonCompiler().process("<c-key>K</c-key><c-badge>b</c-badge>"))
    drawn = template.template.nodelist.get_nodes_by_type(DrawnComponent)
    assert [one.name for one in drawn] == ["badge"]
    assert rendered("<c-key>K</c-key>").strip() == '<kbd class="key">K</kbd>'
