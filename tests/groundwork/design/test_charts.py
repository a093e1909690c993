"""Charts are drawings that can be read in three ways: as a picture, as a sentence, as a table."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.groundwork.design.charts import (
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
    plain_number,
    spark_svg,
    svg_of,
    table_of,
)
from regulars.groundwork.design.charts.page import csv_text, on_page
from regulars.groundwork.design.charts.scale import ticks_for

NASTY = '<script>alert("1")</script> & "quoted"'
SVG = "{http://www.w3.org/2000/svg}"


def bars(*values: float, label: str = "Regulars") -> BarChart:
    return BarChart(title="T", sentence="S.", names=("Segment", "Customers"), bars=[Bar(label, one) for one in values])


CHARTS: list[Chart] = [
    bars(3, 12, -4, 0),
    LineChart(
        title="T",
        sentence="S.",
        labels=["Jan", "Feb", "Mar"],
        x_name="Month",
        y_name="Customers",
        lines=[
            Line(name="A", values=[1, None, 3], low=[0, None, 2], high=[2, None, 4]),
            Line(name="B", values=[2, 2, 2]),
        ],
    ),
    Histogram(
        title="T",
        sentence="S.",
        edges=[0, 1, 5],
        counts=[7, 2],
        x_name="Days",
        y_name="n",
        marker=Marker(4, "Cleo"),
    ),
    IntervalPlot(title="T", sentence="S.", names=("Branch", "Chance", "95 %"), dots=[Dot("Harbour", 0.4, 0.3, 0.5)]),
    Calibration(
        title="T",
        sentence="S.",
        name="Model",
        x_name="Expected",
        y_name="Actual",
        group_name="Group",
        n_name="n",
        points=[CalibrationPoint(1, 1.2, 30, low=0.9, high=1.4)],
        rival=[CalibrationPoint(2, 1.2, 30)],
        rival_name="Naive",
    ),
]


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: type(chart).__name__)
@pytest.mark.parametrize("width", [320.0, 680.0])
def test_every_chart_is_well_formed_named_and_without_inline_style(chart: Chart, width: float) -> None:
    root = ET.fromstring(svg_of(chart, width))
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == "T. S."
    assert not [element for element in root.iter() if "style" in element.attrib]


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: type(chart).__name__)
def test_every_mark_stays_inside_the_picture(chart: Chart) -> None:
    root = ET.fromstring(svg_of(chart, 320))
    _, _, width, height = (float(part) for part in root.attrib["viewBox"].split())
    for element in root.iter(f"{SVG}circle"):
        assert 0 <= float(element.attrib["cx"]) <= width
        assert 0 <= float(element.attrib["cy"]) <= height
    for element in root.iter(f"{SVG}rect"):
        assert float(element.attrib["x"]) + float(element.attrib["width"]) <= width + 0.01


def test_text_from_outside_is_escaped_in_picture_and_label() -> None:
    chart = BarChart(title=NASTY, sentence=NASTY, names=("a", "b"), bars=[Bar(NASTY, 1)])
    drawn = svg_of(chart, 680)
    assert "<script" not in drawn
    ET.fromstring(drawn)
    assert "<script" not in spark_svg(Sparkline(values=[1, 2], sentence=NASTY))


def test_a_bar_twice_as_large_is_twice_as_long() -> None:
    root = ET.fromstring(svg_of(bars(100, 50), 680))
    long, short = (float(element.attrib["width"]) for element in root.iter(f"{SVG}rect"))
    assert long == pytest.approx(2 * short, abs=0.05)


def test_the_table_holds_the_figures_unrounded_and_gaps_as_gaps() -> None:
    columns, rows = table_of(CHARTS[1])
    assert list(columns) == ["Month", "A", "A ↓", "A ↑", "B"]
    assert [list(row) for row in rows] == [
        ["Jan", 1, 0, 2, 2],
        ["Feb", None, None, None, 2],
        ["Mar", 3, 2, 4, 2],
    ]


def test_the_calibration_table_shows_the_naive_guess_beside_the_prediction() -> None:
    columns, rows = table_of(CHARTS[4])
    assert list(columns) == ["Group", "n", "Expected", "Naive", "Actual"]
    assert list(rows[0]) == ["1", 30, 1, 2, 1.2]


def test_the_download_is_csv_that_a_spreadsheet_will_not_compute() -> None:
    text = csv_text(bars(1.25, label="=HYPERLINK(1)"))
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows == [["Segment", "Customers"], ["'=HYPERLINK(1)", "1.25"]]


def test_the_downloaded_picture_carries_its_own_colours() -> None:
    address = on_page(CHARTS[0]).svg_address
    picture = unquote(address.split(",", 1)[1])
    ET.fromstring(picture)
    assert "#016869" in picture
    assert "var(--accent" not in picture
    assert "light-dark" not in picture


def test_an_empty_chart_says_its_sentence_and_draws_nothing_wrong() -> None:
    ready = on_page(bars())
    assert ready.rows == []
    assert ready.sentence == "S."


def test_a_histogram_with_the_wrong_number_of_edges_is_refused() -> None:
    with pytest.raises(ValueError, match="one edge more"):
        Histogram(title="T", sentence="S.", edges=[0, 1], counts=[1, 2], x_name="x", y_name="y")


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 100, [0, 50, 100]),
        (0, 742, [0, 200, 400, 600, 800]),
        (0, 1, [0, 0.5, 1]),
        (-3, 7, [-5, 0, 5, 10]),
        (0, 0, [0, 0.5, 1]),
    ],
)
def test_ticks_are_round_numbers(low: float, high: float, expected: list[float]) -> None:
    assert ticks_for(low, high) == pytest.approx(expected)


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9), st.integers(1, 8))
def test_ticks_always_enclose_the_figures_and_are_never_too_many(low: float, span: float, wanted: int) -> None:
    high = low + span
    ticks = ticks_for(low, high, wanted)
    assert len(ticks) <= wanted + 3
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    assert ticks[0] <= low + step * 1e-6 + abs(low) * 1e-9
    assert ticks[-1] >= high - step * 1e-6 - abs(high) * 1e-9


@given(st.lists(st.floats(-1e12, 1e12, allow_nan=False), max_size=20))
def test_any_figures_make_a_well_formed_drawing(values: list[float]) -> None:
    ET.fromstring(svg_of(bars(*values), 320))


@pytest.mark.parametrize(
    ("value", "words"),
    [(1204.0, "1\u202f204"), (0.5, "0.50"), (12.34, "12.3"), (-3.0, "\u22123"), (0.0123, "0.012"), (0, "0")],
)
def test_numbers_carry_as_many_decimals_as_their_size_deserves(value: float, words: str) -> None:
    assert plain_number(value) == words
