"""Template tags of the design: icons, style and script, charts, form controls, query strings."""

from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.template.context import Context, RequestContext
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from regulars.groundwork.design import assets, colour, icons
from regulars.groundwork.design.charts import Chart, Sparkline, spark_svg
from regulars.groundwork.design.charts.page import ChartOnPage, on_page

register = template.Library()


@register.simple_tag
def icon(name: str, css_class: str = "") -> SafeString:
    """Draw an icon: `{% icon "receipt" %}`. It is decoration; the word stands beside it."""
    return icons.draw(name, css_class=css_class)


@register.simple_tag
def house_style(accent: str | None = None) -> SafeString:
    """Link the style sheet and, when a business has chosen an accent that passes, the accent after it."""
    current = assets.wardrobe()
    sheet = format_html('<link rel="stylesheet" href="{}">', _address(current.fingerprint, assets.STYLE_SHEET))
    if not accent:
        return sheet
    try:
        verdict = colour.judge_accent(accent)
    except colour.NotAColour:
        return sheet
    if isinstance(verdict, colour.TooPale):
        return sheet
    own = reverse("design:accent", kwargs={"digits": verdict.light[1:]})
    return sheet + format_html('\n<link rel="stylesheet" href="{}">', own)


@register.simple_tag
def house_script() -> SafeString:
    """Load the scripts: one module that imports the others from beside it."""
    current = assets.wardrobe()
    return format_html('<script type="module" src="{}"></script>', _address(current.fingerprint, "js/house.js"))


def _address(fingerprint: str, name: str) -> str:
    return reverse("design:asset", kwargs={"fingerprint": fingerprint, "name": name})


@register.simple_tag(takes_context=True)
def rail(context: Context) -> SafeString:
    """The way to the sections of the program: the same for everybody with the same rights, so it is drawn once and kept."""
    return _kept(context, "design/rail.html", ("current_section", "home_url"))


@register.simple_tag(takes_context=True)
def shortcut_list(context: Context) -> SafeString:
    """The list of keys, drawn once and kept like the rail."""
    return _kept(context, "design/shortcuts.html", ("search_url",))


def _kept(context: Context, template: str, names: tuple[str, ...]) -> SafeString:
    navigation = tuple(tuple(sorted((key, str(value)) for key, value in item.items())) for item in context.get("navigation") or ())
    business = context.get("business")
    name = business.get("name", "") if isinstance(business, dict) else getattr(business, "name", "")
    values = tuple((key, str(context.get(key) or "")) for key in names)
    draw = _part.__wrapped__ if settings.DEBUG else _part
    return draw(template, navigation, name, values, get_language() or "en")


@lru_cache(maxsize=512)
def _part(
    template: str, navigation: tuple[tuple[tuple[str, str], ...], ...], business: str, values: tuple[tuple[str, str], ...], _language: str
) -> SafeString:
    return render_to_string(template, {"navigation": [dict(item) for item in navigation], "business": {"name": business}, **dict(values)})


@register.inclusion_tag("design/chart.html")
def chart(drawing: Chart) -> dict[str, ChartOnPage]:
    """Show a chart with its sentence, its table and its downloads."""
    return {"chart": on_page(drawing)}


@register.simple_tag
def sparkline(line: Sparkline) -> SafeString:
    """Show a word-sized line; its sentence is its text for screen readers."""
    return mark_safe(spark_svg(line))  # noqa: S308 - charts escape every text


@register.simple_tag(takes_context=True)
def keep_query(context: RequestContext, **changes: Any) -> str:
    """Return this page's query string with some parameters changed: `?{% keep_query page=3 q=None %}`."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None or value == "":
            query.pop(name, None)
        else:
            query[name] = str(value)
    return str(query.urlencode())


@register.filter
def initials(name: str) -> str:
    """Return up to two initials of a name, for an avatar."""
    words = [word for word in str(name).split() if word[:1].isalpha()]
    chosen = words if len(words) < 2 else [words[0], words[-1]]
    return "".join(word[0].upper() for word in chosen)


@register.filter
def per_cent_width(value: float, whole: float = 100.0) -> str:
    """Return how much of a meter is filled, 0 to 100, as a number that SVG understands."""
    if not whole:
        return "0"
    return f"{max(0.0, min(100.0, 100.0 * float(value) / float(whole))):.2f}"
