"""Colour arithmetic: contrast as WCAG defines it, and an accent's partner for the dark scheme. Pure.

A business may choose one colour, its accent. It carries white text in the light scheme and is a mark on
white, so it must reach 4.5 : 1 against white; its partner for the dark scheme keeps the hue and is lifted
until it reaches 4.5 : 1 against the dark surface.
"""

import math
import re
from dataclasses import dataclass

WHITE = "#ffffff"
DARK_CANVAS = "#111418"
DARK_SURFACE = "#191c21"
CONTRAST_MIN = 4.5
_HEX = re.compile(r"#?([0-9a-fA-F]{6})")


class NotAColour(ValueError):
    """The text is not a colour of the form #rrggbb."""


@dataclass(frozen=True)
class Accent:
    """An accent that passed, with all that the style sheet needs."""

    light: str
    dark: str
    contrast_light: float
    contrast_dark: float


@dataclass(frozen=True)
class TooPale:
    """An accent that failed: how far it got, and the nearest darker shade of the same hue that passes."""

    colour: str
    contrast: float
    suggestion: str


def normal(colour: str) -> str:
    """Return `#rrggbb` in lower case; raise NotAColour for anything else."""
    found = _HEX.fullmatch(colour.strip())
    if found is None:
        raise NotAColour(colour)
    return f"#{found[1].lower()}"


def contrast(one: str, other: str) -> float:
    """Return the WCAG contrast ratio of two colours, 1 to 21."""
    first, second = _luminance(one), _luminance(other)
    return (max(first, second) + 0.05) / (min(first, second) + 0.05)


def judge_accent(colour: str) -> Accent | TooPale:
    """Decide about a business's accent: accepted with its dark partner, or too pale with a suggestion."""
    light = normal(colour)
    reached = contrast(light, WHITE)
    if reached < CONTRAST_MIN:
        return TooPale(colour=light, contrast=reached, suggestion=_shifted(light, WHITE, step=-0.005))
    dark = _shifted(light, DARK_SURFACE, step=0.005, lightness_min=0.72)
    return Accent(light, dark, reached, min(contrast(dark, DARK_CANVAS), contrast(dark, DARK_SURFACE)))


def accent_css(accent: Accent) -> str:
    """Return the few declarations by which an accent replaces the house's own."""
    return f"@layer tokens{{:root{{--accent:light-dark({accent.light},{accent.dark});--on-accent:light-dark({WHITE},{DARK_CANVAS})}}}}\n"


def _shifted(colour: str, against: str, *, step: float, lightness_min: float = 0.0) -> str:
    """Walk the lightness in OKLCH until the contrast passes, easing the chroma where no screen shows it."""
    lightness, chroma, hue = _to_oklch(colour)
    lightness = max(lightness, lightness_min)
    chroma = min(chroma, 0.12) if step > 0 else chroma
    while 0.0 < lightness < 1.0:
        candidate = _from_oklch(lightness, chroma, hue)
        if contrast(candidate, against) >= CONTRAST_MIN:
            return candidate
        lightness += step
    return WHITE if step > 0 else "#000000"


def _channels(colour: str) -> tuple[float, float, float]:
    digits = normal(colour)[1:]
    red, green, blue = (int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4))
    return red, green, blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _to_oklch(colour: str) -> tuple[float, float, float]:
    red, green, blue = (_linear(channel) for channel in _channels(colour))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return lightness, math.hypot(a, b), math.atan2(b, a)


def _from_oklch(lightness: float, chroma: float, hue: float) -> str:
    for _ in range(40):
        channels = _srgb(lightness, chroma, hue)
        if all(-0.0005 <= channel <= 1.0005 for channel in channels):
            break
        chroma *= 0.94
    return "#" + "".join(f"{round(min(1.0, max(0.0, channel)) * 255):02x}" for channel in channels)


def _srgb(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    return _gamma(red), _gamma(green), _gamma(blue)


def _gamma(channel: float) -> float:
    if channel <= 0.0031308:
        return channel * 12.92
    return 1.055 * math.pow(channel, 1 / 2.4) - 0.055
