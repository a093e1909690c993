"""Dots: estimates with intervals, and predictions against what came."""

import math
from collections.abc import Sequence

from .canvas import Canvas, shortened, width_of
from .model import Calibration, CalibrationPoint, IntervalPlot
from .scale import Scale, range_of, ticks_for

ROW = 32


def draw_intervals(chart: IntervalPlot, width: float, label: str) -> str:
    """Draw one row per estimate: dot, interval, value."""
    narrow = width < 480
    row = 46 if narrow else ROW
    gutter = 0.0 if narrow else min(width * 0.34, max((width_of(dot.label) for dot in chart.dots), default=0.0) + 16)
    tail = max((width_of(chart.show(dot.value)) for dot in chart.dots), default=0.0) + 22
    figures: list[float | None] = [value for dot in chart.dots for value in (dot.value, dot.low, dot.high)]
    if chart.reference:
        figures.append(chart.reference.value)
    ticks = ticks_for(*range_of(figures, from_zero=False), wanted=3 if narrow else 5)
    across = Scale(ticks[0], ticks[-1], gutter + 8, width - tail)
    head = 24.0 if chart.reference else 4.0
    bottom = head + len(chart.dots) * row
    sheet = Canvas(width, bottom + 24, label)
    for tick in ticks:
        sheet.line(across(tick), head, across(tick), bottom, "plot-grid")
        sheet.text(across(tick), bottom + 18, chart.show(tick), anchor="middle")
    for place, dot in enumerate(chart.dots):
        middle = head + place * row + (32 if narrow else row / 2)
        if narrow:
            sheet.text(0, middle - 14, shortened(dot.label, width))
        else:
            sheet.text(0, middle + 4, shortened(dot.label, gutter - 8))
        words = f"{dot.label}: {chart.show(dot.value)}"
        if dot.low is not None and dot.high is not None:
            words += f" ({chart.show(dot.low)} – {chart.show(dot.high)})"
            sheet.line(across(dot.low), middle, across(dot.high), middle, f"plot-span tone-{dot.tone}", title=words)
        sheet.circle(across(dot.value), middle, 5, f"plot-dot tone-{dot.tone}", title=words)
        sheet.text(width, middle + 4, chart.show(dot.value), anchor="end", css="plot-value")
    if chart.reference:
        x = across(chart.reference.value)
        sheet.line(x, head - 4, x, bottom, "plot-guide")
        late = x > width / 2
        sheet.text(x, 12, chart.reference.label, anchor="end" if late else "start", css="plot-value")
    return sheet.svg()


def draw_calibration(chart: Calibration, width: float, label: str) -> str:
    """Draw predicted against actual on equal axes; a dot's area grows with the size of its group."""
    size = min(width, 440.0)
    figures: list[float | None] = [
        value for point in (*chart.points, *chart.rival) for value in (point.predicted, point.actual, point.high)
    ]
    ticks = ticks_for(*range_of(figures, from_zero=True), wanted=4)
    shown = [chart.show(tick) for tick in ticks]
    left = max(width_of(text) for text in shown) + 8
    top, bottom = 26.0, size - 44
    right = left + (bottom - top) if left + (bottom - top) <= width else width - 8
    sheet = Canvas(size if width < 480 else width, size, label)
    across, up = Scale(ticks[0], ticks[-1], left, right), Scale(ticks[0], ticks[-1], bottom, top)
    for tick, text in zip(ticks, shown, strict=True):
        sheet.line(left, up(tick), right, up(tick), "plot-grid")
        sheet.line(across(tick), top, across(tick), bottom, "plot-grid")
        sheet.text(left - 6, up(tick) + 4, text, anchor="end")
        sheet.text(across(tick), bottom + 16, text, anchor="middle")
    sheet.line(across(ticks[0]), up(ticks[0]), across(ticks[-1]), up(ticks[-1]), "plot-guide")
    sheet.text(0, 12, chart.y_name, css="plot-axis-name")
    sheet.text(right, size - 8, chart.x_name, anchor="end", css="plot-axis-name")
    _draw_groups(sheet, chart, chart.rival, chart.rival_name, across, up, "quiet")
    _draw_groups(sheet, chart, chart.points, chart.name, across, up, "accent")
    return sheet.svg()


def _draw_groups(
    sheet: Canvas,
    chart: Calibration,
    groups: Sequence[CalibrationPoint],
    name: str,
    across: Scale,
    up: Scale,
    tone: str,
) -> None:
    largest = max((point.n for point in groups), default=1) or 1
    for point in sorted(groups, key=lambda group: -group.n):
        x, y = across(point.predicted), up(point.actual)
        words = f"{name}, {point.label or point.n}: {chart.show(point.predicted)} → {chart.show(point.actual)}"
        if point.low is not None and point.high is not None:
            sheet.line(x, up(point.low), x, up(point.high), f"plot-span tone-{tone}", title=words)
        radius = 4 + 5 * math.sqrt(point.n / largest)
        sheet.circle(x, y, radius, f"plot-dot tone-{tone}", title=words)
