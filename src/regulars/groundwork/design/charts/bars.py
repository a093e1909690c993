"""Bars that lie, and histograms that stand."""

from collections.abc import Sequence
from itertools import pairwise

from .canvas import Canvas, shortened, width_of
from .model import Bar, BarChart, Histogram
from .scale import Scale, every_nth, range_of, ticks_for

ROW = 30
THICK = 16


def draw_bars(chart: BarChart, width: float, label: str) -> str:
    """Draw one lying bar per category; on a narrow sheet the label stands above its bar."""
    narrow = width < 480
    row = 42 if narrow else ROW
    gutter = 0.0 if narrow else min(width * 0.34, max((width_of(bar.label) for bar in chart.bars), default=0.0) + 12)
    texts = [chart.show(bar.value) for bar in chart.bars]
    tail = max((width_of(text) for text in texts), default=0.0) + 12
    figures = [value for bar in chart.bars for value in (bar.value, bar.low, bar.high)]
    low, high = range_of(figures, from_zero=True)
    scale = Scale(low, high, gutter + (tail if low < 0 else 0), width - tail)
    sheet = Canvas(width, max(row, len(chart.bars) * row) + 4, label)
    for place, (bar, text) in enumerate(zip(chart.bars, texts, strict=True)):
        top = place * row + (20 if narrow else 6)
        if narrow:
            sheet.text(0, top - 6, shortened(bar.label, width))
        else:
            sheet.text(gutter - 10, top + THICK / 2 + 4, shortened(bar.label, gutter - 10), anchor="end")
        _draw_bar(sheet, bar, text, scale, top)
    zero = scale(0)
    sheet.line(zero, 0, zero, len(chart.bars) * row + 4, "plot-base")
    return sheet.svg()


def _draw_bar(sheet: Canvas, bar: Bar, text: str, scale: Scale, top: float) -> None:
    start, end = sorted((scale(0), scale(bar.value)))
    length = max(end - start, 1.0) if bar.value else 0.0
    sheet.rect(start, top, length, THICK, f"plot-mark tone-{bar.tone}", title=f"{bar.label}: {text}", radius=2)
    edge = end
    if bar.low is not None and bar.high is not None:
        middle = top + THICK / 2
        sheet.line(scale(bar.low), middle, scale(bar.high), middle, "plot-guide")
        edge = max(edge, scale(bar.high))
    if bar.value < 0:
        sheet.text(start - 6, top + THICK / 2 + 4, text, anchor="end", css="plot-value")
    else:
        sheet.text(edge + 6, top + THICK / 2 + 4, text, css="plot-value")


def draw_histogram(chart: Histogram, width: float, label: str) -> str:
    """Draw standing bars between edges, with a marker if there is one."""
    height = 240.0 if width >= 480 else 210.0
    ticks = ticks_for(0, max(chart.counts, default=1) or 1)
    shown = [f"{tick:,.10g}".replace(",", "\u202f") for tick in ticks]
    left = max(width_of(text) for text in shown) + 8
    top, bottom = (34.0 if chart.marker else 22.0), height - 40
    sheet = Canvas(width, height, label)
    up = Scale(ticks[0], ticks[-1], bottom, top)
    for tick, text in zip(ticks, shown, strict=True):
        sheet.line(left, up(tick), width, up(tick), "plot-grid")
        sheet.text(left - 6, up(tick) + 4, text, anchor="end")
    sheet.text(0, 12, chart.y_name, css="plot-axis-name")
    if chart.counts:
        _draw_counts(sheet, chart, Scale(0, len(chart.counts), left, width), up)
    sheet.line(left, bottom, width, bottom, "plot-base")
    sheet.text(width, height - 4, chart.x_name, anchor="end", css="plot-axis-name")
    return sheet.svg()


def _draw_counts(sheet: Canvas, chart: Histogram, across: Scale, up: Scale) -> None:
    labels = [chart.show(edge) for edge in chart.edges]
    nth = every_nth(len(labels), across.last - across.first, max(width_of(text) for text in labels) + 10)
    for place, count in enumerate(chart.counts):
        x, next_x = across(place), across(place + 1)
        title = f"{labels[place]} – {labels[place + 1]}: {count:,.10g}"
        sheet.rect(
            x + 1,
            up(count),
            next_x - x - 2,
            up(0) - up(count),
            f"plot-mark tone-{chart.tone}",
            title=title,
            radius=1.5,
        )
    for place, text in enumerate(labels):
        if place % nth == 0:
            anchor = "start" if place == 0 else "end" if place == len(labels) - 1 else "middle"
            sheet.text(across(place), up(0) + 16, text, anchor=anchor)
    if chart.marker is not None:
        x = across(_place_between(chart.marker.value, chart.edges))
        sheet.line(x, 22, x, up(0), "plot-guide")
        late = x > (across.first + across.last) / 2
        sheet.text(
            x + (-5 if late else 5),
            30,
            chart.marker.label,
            anchor="end" if late else "start",
            css="plot-value",
        )


def _place_between(value: float, edges: Sequence[float]) -> float:
    """Return where a value lies among edges that need not be evenly spaced, in units of bars."""
    if value <= edges[0]:
        return 0.0
    for place, (low, high) in enumerate(pairwise(edges)):
        if value <= high:
            return place + ((value - low) / (high - low) if high > low else 0.0)
    return float(len(edges) - 1)
