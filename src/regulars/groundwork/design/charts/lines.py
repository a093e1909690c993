"""Lines over time, with a band where there is an interval."""

from .canvas import Canvas, points, width_of
from .model import Line, LineChart
from .scale import Scale, every_nth, range_of, ticks_for


def draw_lines(chart: LineChart, width: float, label: str) -> str:
    """Draw the lines, their bands, a grid of round numbers, and as many labels as fit."""
    height = 260.0 if width >= 480 else 220.0
    figures = [value for line in chart.lines for value in (*line.values, *line.low, *line.high)]
    ticks = ticks_for(*range_of(figures, from_zero=chart.from_zero))
    shown = [chart.show(tick) for tick in ticks]
    left = max(width_of(text) for text in shown) + 8
    top, bottom = 26.0, height - 40
    sheet = Canvas(width, height, label)
    up = Scale(ticks[0], ticks[-1], bottom, top)
    across = Scale(0, max(1, len(chart.labels) - 1), left + 6, width - 8)
    for tick, text in zip(ticks, shown, strict=True):
        sheet.line(left, up(tick), width, up(tick), "plot-base" if tick == 0 else "plot-grid")
        sheet.text(left - 6, up(tick) + 4, text, anchor="end")
    sheet.text(0, 12, chart.y_name, css="plot-axis-name")
    _write_labels(sheet, chart, across, bottom)
    for line in chart.lines:
        _draw_line(sheet, line, chart, across, up)
    sheet.text(width, height - 4, chart.x_name, anchor="end", css="plot-axis-name")
    return sheet.svg()


def _write_labels(sheet: Canvas, chart: LineChart, across: Scale, bottom: float) -> None:
    widest = max((width_of(text) for text in chart.labels), default=1.0)
    nth = every_nth(len(chart.labels), across.last - across.first, widest + 14)
    last = len(chart.labels) - 1
    for place, text in enumerate(chart.labels):
        if (last - place) % nth == 0:
            x = across(place)
            anchor = "end" if place == last else "start" if x - widest / 2 < across.first - 6 else "middle"
            sheet.text(x + (8 if place == last else 0), bottom + 16, text, anchor=anchor)


def _draw_line(sheet: Canvas, line: Line, chart: LineChart, across: Scale, up: Scale) -> None:
    tone = f"tone-{line.tone}"
    band = [
        (across(place), up(low), up(high))
        for place, (low, high) in enumerate(zip(line.low, line.high, strict=False))
        if low is not None and high is not None
    ]
    if band:
        outline = [(x, high) for x, _, high in band] + [(x, low) for x, low, _ in reversed(band)]
        sheet.path(points(outline) + "Z", f"plot-band {tone}")
    dash = f" tone-{line.dash + 1}" if line.dash else ""
    for run in _runs(line):
        places = [(across(place), up(value)) for place, value in run]
        if len(places) > 1:
            sheet.path(points(places), f"plot-line {tone}{dash}")
        for (place, value), (x, y) in zip(run, places, strict=True):
            words = f"{line.name}, {chart.labels[place]}: {chart.show(value)}" if place < len(chart.labels) else line.name
            small = len(chart.labels) > 30 and len(places) > 1
            sheet.circle(x, y, 1.5 if small else 3, f"plot-dot {tone}", title=words)


def _runs(line: Line) -> list[list[tuple[int, float]]]:
    """Split a line at its gaps."""
    runs: list[list[tuple[int, float]]] = [[]]
    for place, value in enumerate(line.values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((place, value))
    return [run for run in runs if run]
