"""How far an import is: rows per second and time left, for the terminal."""

from __future__ import annotations

import sys
import time

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


class TerminalProgress:
    """A line on standard error that rewrites itself; silent when nobody looks."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.shown = sys.stderr.isatty() and not quiet
        self.step, self.begun, self.first = "", time.monotonic(), 0

    def __call__(self, step: str, done: int, expected: int) -> None:
        if not self.shown:
            return
        if step != self.step:
            self.step, self.begun, self.first = step, time.monotonic(), done
        pace = (done - self.first) / max(0.001, time.monotonic() - self.begun)
        share = done / expected if expected else 0
        bar = "█" * round(20 * share) + "░" * (20 - round(20 * share))
        left = time_left((expected - done) / pace) if pace > 0 and expected else ""
        sys.stderr.write(f"\r{step_title(step):<12} {bar} {share:4.0%}  {pace:,.0f}/s  {left}\x1b[K")
        sys.stderr.flush()

    def end(self) -> None:
        """Leave a clean line."""
        if self.shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def step_title(step: str) -> str:
    """A step in words."""
    titles = {
        "reading": _("Reading"),
        "arranging": _("Sorting"),
        "preparing": _("Preparing"),
        "comparing": _("Comparing"),
        "recording": _("Recording"),
        "undoing": _("Undoing"),
    }
    return titles.get(step, step)


def time_left(seconds: float) -> str:
    """“12 seconds left”, “3 minutes left”."""
    if seconds < 90:
        return ngettext("%(count)d second left", "%(count)d seconds left", round(seconds)) % {"count": round(seconds)}
    minutes = round(seconds / 60)
    return ngettext("%(count)d minute left", "%(count)d minutes left", minutes) % {"count": minutes}
