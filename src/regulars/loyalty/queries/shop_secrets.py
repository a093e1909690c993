"""Secrets of web shops, sealed: a copy of the database alone signs no order."""

from __future__ import annotations

from functools import partial

from regulars.groundwork.kernel import sealing

sealed = partial(sealing.sealed, use="shop secrets")
unsealed = partial(sealing.unsealed, use="shop secrets")
