"""Charts drawn on the server: typed figures in, SVG out, always with a sentence, a table and a download.

    from regulars.groundwork.design.charts import Bar, BarChart
    bars = [Bar("Regulars", 512), Bar("Newcomers", 88)]
    BarChart(title="By segment", sentence="Most are regulars.", bars=bars, names=("Segment", "Customers"))

In a template: `{% load design %}{% chart drawing %}`. All functions are pure and escape every text.
"""

from .draw import spark_svg, svg_of, table_of
from .model import (
    Bar,
    BarChart,
    Calibration,
    CalibrationPoint,
    Chart,
    Dot,
    Histogram,
    IntervalPlot,
    Line,
    LineChart,
    Marker,
    Sparkline,
    Tone,
    plain_number,
)

__all__ = [
    "Bar",
    "BarChart",
    "Calibration",
    "CalibrationPoint",
    "Chart",
    "Dot",
    "Histogram",
    "IntervalPlot",
    "Line",
    "LineChart",
    "Marker",
    "Sparkline",
    "Tone",
    "plain_number",
    "spark_svg",
    "svg_of",
    "table_of",
]
