"""The one way to compile a loop. Only modules that loop import it: the compiler takes half a second to load."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from numba import njit


def compiled[F: Callable[..., Any]](loop: F) -> F:
    """The loop as machine code, kept on disk between processes where a folder for it can be written."""
    try:
        return cast(F, njit(cache=True, nogil=True)(loop))
    except RuntimeError:  # no folder can be written: compile anew in each process
        return cast(F, njit(nogil=True)(loop))
