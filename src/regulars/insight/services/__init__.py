"""What insight does: compute everything anew. The computing itself loads only when it starts."""

from __future__ import annotations

from regulars.insight.services.asking import NoSuchDay, forget_refreshes, refresh_insight, request_refresh, request_refreshes

__all__ = ["NoSuchDay", "forget_refreshes", "refresh_insight", "request_refresh", "request_refreshes"]
