"""Structured logs: events with ids and counts, never names, addresses or bodies of people."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

FORBIDDEN_KEYS = frozenset({"email", "phone", "name", "password", "token", "key", "secret", "address", "body", "authorization"})


def drop_personal_values(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace whatever was logged under a personal or secret key: a slip in one call must not leak."""
    for key in event.keys() & FORBIDDEN_KEYS:
        event[key] = "[left out]"
    return event


def set_up(log_format: str) -> None:
    """Send the logs of Regulars and its libraries to standard error, as text or one JSON object a line."""
    last: Any = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )  # plain: the pretty one prints local variables, and with them names and addresses
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        drop_personal_values,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last], foreign_pre_chain=shared
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for noisy in ("numba", "django.request", "django.server", "psycopg.pool", "django.db.backends", "charset_normalizer"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
