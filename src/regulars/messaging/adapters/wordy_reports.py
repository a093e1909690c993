"""Reports of failed deliveries that no standard shaped: the patterns of `flufl.bounce`, asked only when a mail looks like a report."""

from __future__ import annotations

import email
import logging
from email.policy import compat32

import structlog

log = structlog.get_logger("mail")
logging.getLogger("flufl.bounce").setLevel(logging.WARNING)  # it tells of each pattern that it tries
SIZE_MAX_BYTES = 1_000_000


def failures_told(raw: bytes) -> tuple[list[str], list[str]]:
    """The addresses that failed for now, and those that failed for good. Hostile mail makes foreign parsers stumble: then nothing is told."""
    from flufl.bounce import all_failures  # loads here: only who reads mail needs it

    try:
        temporary, permanent = all_failures(email.message_from_bytes(raw[:SIZE_MAX_BYTES], policy=compat32))
        return [_text(one) for one in temporary], [_text(one) for one in permanent]
    except Exception as fault:  # a parser of others before input of strangers
        log.info("report not understood", fault=type(fault).__name__)
        return [], []


def _text(address: bytes | str) -> str:
    return (address.decode("ascii", "replace") if isinstance(address, bytes) else str(address)).lower()[:320]
