"""A small writer of SVG: it escapes all text, rounds all places, and never writes a style attribute."""

from html import escape

CHARACTER_WIDTH = 6.7  # of our 12-unit text, on average; only used to reserve room


class Canvas:
    """One drawing of a given width and height."""

    def __init__(self, width: float, height: float, label: str) -> None:
        self._width, self._height, self._label = width, height, label
        self._parts: list[str] = []

    def rect(self, x: float, y: float, width: float, height: float, css: str, *, title: str = "", radius: float = 0) -> None:
        shape = f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(max(0.0, width))}" height="{_n(max(0.0, height))}"'
        round_corner = f' rx="{_n(radius)}"' if radius else ""
        self._close(f'{shape}{round_corner} class="{css}"', "rect", title)

    def line(self, x1: float, y1: float, x2: float, y2: float, css: str, *, title: str = "") -> None:
        self._close(f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" class="{css}"', "line", title)

    def circle(self, x: float, y: float, radius: float, css: str, *, title: str = "") -> None:
        self._close(f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" class="{css}"', "circle", title)

    def path(self, commands: str, css: str, *, title: str = "") -> None:
        self._close(f'<path d="{commands}" class="{css}"', "path", title)

    def text(self, x: float, y: float, words: str, *, anchor: str = "start", css: str = "") -> None:
        kind = f' class="{css}"' if css else ""
        self._parts.append(f'<text x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}"{kind}>{escape(words)}</text>')

    def svg(self) -> str:
        """Return the finished drawing."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="plot" role="img" '
            f'viewBox="0 0 {_n(self._width)} {_n(self._height)}" '
            f'aria-label="{escape(self._label)}">{"".join(self._parts)}</svg>'
        )

    def _close(self, opening: str, tag: str, title: str) -> None:
        self._parts.append(f"{opening}><title>{escape(title)}</title></{tag}>" if title else f"{opening}/>")


def points(places: list[tuple[float, float]]) -> str:
    """Return path commands that join places by straight lines."""
    return "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in places) if places else ""


def shortened(words: str, room: float) -> str:
    """Cut words that would need more than `room`, with an ellipsis."""
    fitting = max(1, int(room / CHARACTER_WIDTH))
    return words if len(words) <= fitting else words[: max(1, fitting - 1)].rstrip() + "…"


def width_of(words: str) -> float:
    return len(words) * CHARACTER_WIDTH


def _n(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in {"", "-0"} else text
