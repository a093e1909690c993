"""A chart made ready for a page: both widths, the table as text, and the downloads as addresses."""

import csv
import io
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from django.utils.safestring import SafeString, mark_safe

from .draw import Cell, svg_of, table_of
from .model import Calibration, Chart, LineChart

WIDE, NARROW = 680.0, 320.0
_TOKEN = re.compile(r"var\(--([a-z0-9-]+)(?:, *var\(--([a-z0-9-]+)\))?\)")


@dataclass(frozen=True)
class LegendEntry:
    label: str
    swatch: SafeString


@dataclass(frozen=True)
class ChartOnPage:
    """What the chart's template shows."""

    title: str
    sentence: str
    wide: SafeString
    narrow: SafeString
    columns: list[str]
    rows: list[list[str]]
    legend: list[LegendEntry]
    file_name: str
    csv_address: str
    svg_address: str


def on_page(chart: Chart) -> ChartOnPage:
    """Draw a chart twice (column and phone) and prepare its table and its downloads."""
    columns, rows = table_of(chart)
    wide = svg_of(chart, WIDE)
    return ChartOnPage(
        title=chart.title,
        sentence=chart.sentence,
        wide=mark_safe(wide),  # noqa: S308 - the canvas escapes every text
        narrow=mark_safe(svg_of(chart, NARROW)),  # noqa: S308
        columns=list(columns),
        rows=[[_cell(cell, chart) for cell in row] for row in rows],
        legend=_legend(chart),
        file_name=re.sub(r"\W+", "-", (chart.title or chart.sentence).lower()).strip("-")[:60] or "chart",
        csv_address="data:text/csv;charset=utf-8," + quote(csv_text(chart)),
        svg_address="data:image/svg+xml;charset=utf-8," + quote(standalone(wide)),
    )


def csv_text(chart: Chart) -> str:
    """Return the figures behind a chart as CSV, unrounded; text that would be a formula is neutralised."""
    columns, rows = table_of(chart)
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow([_harmless(name) for name in columns])
    for row in rows:
        writer.writerow([_harmless(cell) if isinstance(cell, str) else "" if cell is None else repr(cell) for cell in row])
    return "\ufeff" + target.getvalue()


def standalone(svg: str) -> str:
    """Give a drawing its own light colours, so that it looks the same outside the house."""
    return svg.replace(">", f"><style>{_light_rules()}</style>", 1)


@lru_cache(maxsize=1)
def _light_rules() -> str:
    """Take the chart's rules and the light half of the tokens out of our own style sheets."""
    folder = Path(__file__).parent.parent / "static" / "design" / "css"
    tokens = dict(
        re.findall(
            r"--([a-z0-9-]+): light-dark\((#[0-9a-f]{6})",
            (folder / "02-tokens.css").read_text(encoding="utf-8"),
        )
    )
    sheet = (folder / "chart.css").read_text(encoding="utf-8")
    rules = re.findall(r"^  (?:\.plot |\.tone-)[^\n{]*\{[^}]*\}", sheet, flags=re.MULTILINE)
    text = "".join(line.strip() for line in rules).replace(".plot ", "").replace("var(--font)", "sans-serif")
    tones = dict(re.findall(r"\.tone-([a-z]+)\s*\{\s*--plot: var\(--([a-z]+)\)", text))
    for tone, token in tones.items():
        text = re.sub(rf"\.tone-{tone}\s*\{{[^}}]*\}}", f".tone-{tone}{{--plot:{tokens[token]}}}", text)
    text = text.replace("var(--plot, var(--accent))", f"var(--plot,{tokens['accent']})")
    resolved = _TOKEN.sub(lambda found: tokens.get(found[1], "#000"), text)
    return "text{font-family:sans-serif}" + resolved


def _harmless(text: str) -> str:
    return f"'{text}" if text[:1] in "=+-@\t\r" and text[:1] else text


def _cell(cell: Cell, chart: Chart) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, int):
        return f"{cell:,}".replace(",", "\u202f")
    return cell if isinstance(cell, str) else chart.show(cell)


def _legend(chart: Chart) -> list[LegendEntry]:
    if isinstance(chart, LineChart) and len(chart.lines) > 1:
        return [LegendEntry(line.name, _line_swatch(line.tone, line.dash)) for line in chart.lines]
    if isinstance(chart, Calibration) and chart.rival:
        return [
            LegendEntry(chart.name, _dot_swatch("accent")),
            LegendEntry(chart.rival_name, _dot_swatch("quiet")),
        ]
    return []


def _line_swatch(tone: str, dash: int) -> SafeString:
    extra = f" tone-{dash + 1}" if dash else ""
    return mark_safe(  # noqa: S308 - tones are our own words
        '<svg class="plot" viewBox="0 0 20 12" aria-hidden="true" focusable="false">'
        f'<path d="M1 6L19 6" class="plot-line tone-{tone}{extra}"/></svg>'
    )


def _dot_swatch(tone: str) -> SafeString:
    return mark_safe(  # noqa: S308 - tones are our own words
        '<svg class="plot" viewBox="0 0 20 12" aria-hidden="true" focusable="false">'
        f'<circle cx="10" cy="6" r="5" class="plot-dot tone-{tone}"/></svg>'
    )
