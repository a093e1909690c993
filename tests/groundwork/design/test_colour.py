"""Colours are judged by arithmetic, and the tokens keep the contrasts that the look promises."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.groundwork.design import assets, colour

TOKEN = re.compile(r"--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
HEX = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def tokens() -> dict[str, tuple[str, str]]:
    text = (assets.FOLDER / "css" / "02-tokens.css").read_text(encoding="utf-8")
    return {name: (light, dark) for name, light, dark in TOKEN.findall(text)}


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#777777", "#ffffff", 4.48),
        ("#016869", "#ffffff", 6.6),
    ],
)
def test_contrast_is_the_one_of_wcag(one: str, other: str, ratio: float) -> None:
    assert colour.contrast(one, other) == pytest.approx(ratio, abs=0.06)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("token", "against", "least"),
    [
        ("ink", "canvas", 15.0),
        ("ink-2", "canvas", 7.0),
        ("ink-3", "canvas", 4.5),
        ("ink-3", "sunken", 4.5),
        ("edge", "surface", 3.0),
        ("accent", "canvas", 4.5),
        ("on-accent", "accent", 4.5),
        ("link", "canvas", 4.5),
        ("focus", "canvas", 3.0),
        ("good", "good-tint", 4.5),
        ("warn", "warn-tint", 4.5),
        ("bad", "bad-tint", 4.5),
        ("info", "info-tint", 4.5),
        ("ink-2", "sunken", 4.5),
    ],
)
def test_tokens_keep_their_contrast(scheme: int, token: str, against: str, least: float) -> None:
    known = tokens()
    assert colour.contrast(known[token][scheme], known[against][scheme]) >= least


@pytest.mark.parametrize("wish", ["#f2b705", "#ffffff", "#8fd3f4", "#e8590c"])
def test_a_pale_accent_is_refused_with_a_shade_that_passes(wish: str) -> None:
    verdict = colour.judge_accent(wish)
    assert isinstance(verdict, colour.TooPale)
    assert verdict.contrast < colour.CONTRAST_MIN
    assert isinstance(colour.judge_accent(verdict.suggestion), colour.Accent)


@given(HEX)
def test_whatever_is_taken_can_be_read_in_both_schemes(wish: str) -> None:
    verdict = colour.judge_accent(wish)
    if isinstance(verdict, colour.TooPale):
        assert colour.contrast(verdict.suggestion, colour.WHITE) >= colour.CONTRAST_MIN
        return
    assert verdict.contrast_light >= colour.CONTRAST_MIN
    assert colour.contrast(verdict.dark, colour.DARK_CANVAS) >= colour.CONTRAST_MIN
    assert colour.contrast(verdict.dark, colour.DARK_SURFACE) >= colour.CONTRAST_MIN


@pytest.mark.parametrize("text", ["", "teal", "#12345", "#1234567", "url(x)", "#12345g", "}body{"])
def test_what_is_not_a_colour_is_refused(text: str) -> None:
    with pytest.raises(colour.NotAColour):
        colour.judge_accent(text)


def test_a_component_never_names_a_colour() -> None:
    named = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgb\(|\bhsl\(")
    for path in sorted((assets.FOLDER / "css").glob("*.css")):
        if path.name in {"02-tokens.css", "95-print.css"}:
            continue
        assert not named.findall(path.read_text(encoding="utf-8")), path.name
