"""What a chart shows, before it is drawn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

Tone = Literal["accent", "quiet", "good", "warn", "bad", "info"]
Show = Callable[[float], str]


def plain_number(value: float) -> str:
    """Write a number with as many decimals as its size deserves and narrow spaces between thousands."""
    size = abs(value)
    decimals = 0 if size >= 100 or value == round(value) else 1 if size >= 10 else 2 if size >= 0.1 else 3
    text = f"{value:,.{decimals}f}".replace(",", "\u202f")
    return text.replace("-", "\u2212")


@dataclass(frozen=True, kw_only=True)
class Picture:
    """What all charts carry: `sentence` says in plain words what is to be seen, `show` writes a value."""

    title: str
    sentence: str
    show: Show = plain_number


@dataclass(frozen=True)
class Bar:
    label: str
    value: float
    tone: Tone = "accent"
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, kw_only=True)
class BarChart(Picture):
    """Bars that lie, one per category, with the value behind them. `names` are both columns."""

    bars: Sequence[Bar]
    names: tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line; `None` is a gap.

    `low` and `high` draw a band for the interval; `dash` 0 to 2 tells lines apart without colour.
    """

    name: str
    values: Sequence[float | None]
    tone: Tone = "accent"
    low: Sequence[float | None] = ()
    high: Sequence[float | None] = ()
    dash: int = 0


@dataclass(frozen=True, kw_only=True)
class LineChart(Picture):
    """Lines over ordered labels (months, weeks). `from_zero` keeps the zero line in the picture."""

    labels: Sequence[str]
    lines: Sequence[Line]
    x_name: str
    y_name: str = ""
    from_zero: bool = True


@dataclass(frozen=True)
class Marker:
    """A named place on the horizontal axis: this customer, the median, today."""

    value: float
    label: str


@dataclass(frozen=True, kw_only=True)
class Histogram(Picture):
    """Counts between edges; `len(edges) == len(counts) + 1`. `show` writes the edges."""

    edges: Sequence[float]
    counts: Sequence[float]
    x_name: str
    y_name: str
    marker: Marker | None = None
    tone: Tone = "accent"

    def __post_init__(self) -> None:
        if self.counts and len(self.edges) != len(self.counts) + 1:
            raise ValueError("A histogram needs one edge more than counts.")


@dataclass(frozen=True)
class Dot:
    label: str
    value: float
    low: float | None = None
    high: float | None = None
    tone: Tone = "accent"


@dataclass(frozen=True, kw_only=True)
class IntervalPlot(Picture):
    """Estimates as dots with their intervals, and a reference line if there is one."""

    dots: Sequence[Dot]
    names: tuple[str, str, str]
    reference: Marker | None = None


@dataclass(frozen=True)
class CalibrationPoint:
    """A group of customers: what was predicted for it, what came, and how many it holds."""

    predicted: float
    actual: float
    n: int
    label: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, kw_only=True)
class Calibration(Picture):
    """Predicted against actual: on the diagonal the prediction was right. `rival` are naive guesses."""

    points: Sequence[CalibrationPoint]
    name: str
    x_name: str
    y_name: str
    group_name: str
    n_name: str
    rival: Sequence[CalibrationPoint] = field(default=())
    rival_name: str = ""


@dataclass(frozen=True, kw_only=True)
class Sparkline:
    """A line as small as a word. `sentence` is read out instead of it."""

    values: Sequence[float]
    sentence: str
    tone: Tone = "accent"


Chart = BarChart | LineChart | Histogram | IntervalPlot | Calibration
