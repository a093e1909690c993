"""From a chart to its SVG and its table."""

from collections.abc import Sequence
from html import escape

from .bars import draw_bars, draw_histogram
from .canvas import Canvas, points
from .lines import draw_lines
from .model import BarChart, Calibration, Chart, Histogram, IntervalPlot, LineChart, Sparkline
from .scale import Scale, range_of
from .spots import draw_calibration, draw_intervals

Cell = str | float | None


def svg_of(chart: Chart, width: float) -> str:
    """Draw a chart `width` units wide: about 680 for a column, 320 for a phone."""
    label = f"{chart.title}. {chart.sentence}" if chart.title else chart.sentence
    if isinstance(chart, BarChart):
        return draw_bars(chart, width, label)
    if isinstance(chart, LineChart):
        return draw_lines(chart, width, label)
    if isinstance(chart, Histogram):
        return draw_histogram(chart, width, label)
    if isinstance(chart, IntervalPlot):
        return draw_intervals(chart, width, label)
    return draw_calibration(chart, width, label)


def table_of(chart: Chart) -> tuple[Sequence[str], Sequence[Sequence[Cell]]]:
    """Return the column names and rows behind a chart, figures unrounded."""
    if isinstance(chart, BarChart):
        return _bar_table(chart)
    if isinstance(chart, LineChart):
        return _line_table(chart)
    if isinstance(chart, Histogram):
        pairs = zip(chart.edges, chart.edges[1:], strict=False)
        rows = [(f"{chart.show(low)} – {chart.show(high)}", n) for (low, high), n in zip(pairs, chart.counts, strict=True)]
        return (chart.x_name, chart.y_name), rows
    if isinstance(chart, IntervalPlot):
        label, value, between = chart.names
        names = (label, value, f"{between} ↓", f"{between} ↑")
        return names, [(dot.label, dot.value, dot.low, dot.high) for dot in chart.dots]
    return _calibration_table(chart)


def _bar_table(chart: BarChart) -> tuple[Sequence[str], Sequence[Sequence[Cell]]]:
    label, value = chart.names
    if any(bar.low is not None for bar in chart.bars):
        return (label, value, f"{value} ↓", f"{value} ↑"), [(b.label, b.value, b.low, b.high) for b in chart.bars]
    return chart.names, [(bar.label, bar.value) for bar in chart.bars]


def _line_table(chart: LineChart) -> tuple[Sequence[str], Sequence[Sequence[Cell]]]:
    names: list[str] = [chart.x_name]
    columns: list[Sequence[float | None]] = []
    for line in chart.lines:
        names.append(line.name)
        columns.append(line.values)
        if line.low and line.high:
            names += [f"{line.name} ↓", f"{line.name} ↑"]
            columns += [line.low, line.high]
    rows: list[list[Cell]] = []
    for place, label in enumerate(chart.labels):
        rows.append([label, *(column[place] if place < len(column) else None for column in columns)])
    return names, rows


def _calibration_table(chart: Calibration) -> tuple[Sequence[str], Sequence[Sequence[Cell]]]:
    names: list[str] = [chart.group_name, chart.n_name, chart.x_name, chart.y_name]
    rows: list[list[Cell]] = []
    for place, point in enumerate(chart.points):
        rows.append([point.label or str(place + 1), point.n, point.predicted, point.actual])
    if chart.rival and len(chart.rival) == len(chart.points):
        names.insert(3, chart.rival_name)
        for row, rival in zip(rows, chart.rival, strict=True):
            row.insert(3, rival.predicted)
    return names, rows


def spark_svg(line: Sparkline) -> str:
    """Draw a line as small as a word, its last value as a dot."""
    label = escape(line.sentence)
    if not line.values:
        return f'<svg class="spark" role="img" viewBox="0 0 88 24" aria-label="{label}"></svg>'
    low, high = range_of(line.values, from_zero=False)
    across = Scale(0, max(1, len(line.values) - 1), 2, 84)
    up = Scale(low, high, 20, 4)
    places = [(across(place), up(value)) for place, value in enumerate(line.values)]
    sheet = Canvas(88, 24, line.sentence)
    sheet.path(points(places), "plot-line")
    sheet.circle(*places[-1], 2.5, "plot-dot")
    return sheet.svg().replace('class="plot"', f'class="spark tone-{line.tone}"', 1)
