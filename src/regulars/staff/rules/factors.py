"""Second factors on paper: time steps, recovery codes, how fresh a proof must be.

A code counts for its step and one before or after it (RFC 6238, 5.2) and only once. Recovery codes have 60 random bits, written in an
alphabet without look-alikes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

STEP_SECONDS = 30
DRIFT_STEPS = 1
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
RECOVERY_CODES = 10
HALF_WAY_LASTS = timedelta(minutes=10)
PROOF_LASTS = timedelta(minutes=15)


def place_for_passkeys(base_url: str) -> str:
    """The name under which devices keep our passkeys: the host of the configured address. "" for a bare IP address, which can't be one."""
    host = urlsplit(base_url).hostname or ""
    return "" if ":" in host or host.replace(".", "").isdigit() else host


def step_of(at: datetime) -> int:
    """The number of the 30-second step that an instant is in."""
    return int(at.timestamp()) // STEP_SECONDS


def steps_that_count(at: datetime, last_step: int) -> list[int]:
    """The steps whose codes are good at an instant: near it, and later than the last one used."""
    now = step_of(at)
    return [step for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1) if step > last_step]


def new_recovery_code(choose: Callable[[str], str]) -> str:
    """A fresh code, “7KQM-2X9A-…” in three groups; `choose` picks one sign of the alphabet at random."""
    return "-".join("".join(choose(ALPHABET) for _sign in range(4)) for _group in range(3))


def plain_code(typed: str) -> str:
    """What was typed, without spaces and dashes, in capitals."""
    return "".join(sign for sign in typed.upper() if sign.isalnum())


def proof_is_fresh(proved_at: datetime | None, at: datetime) -> bool:
    """Whether somebody proved recently enough who they are to export, to erase, or to give rights."""
    return proved_at is not None and timedelta(0) <= at - proved_at <= PROOF_LASTS
