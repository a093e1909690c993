"""What insight does: compute everything anew. The computing itself loads only when it starts."""

from __future__ import annotations

from regulars.insight.services.asking import NoSuchDay, forget_refreshes, refresh_insight, request_refresh, request_refreshes
from regulars.insight.services.warning import DismissalRefused, dismiss_warning, look_for_warnings

__all__ = [
    "DismissalRefused",
    "NoSuchDay",
    "dismiss_warning",
    "forget_refreshes",
    "look_for_warnings",
    "refresh_insight",
    "request_refresh",
    "request_refreshes",
]
