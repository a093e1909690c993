"""What insight does: compute everything anew. The computing itself loads only when it starts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regulars.insight.services.asking import NoSuchDay, request_refresh, request_refreshes

if TYPE_CHECKING:
    from regulars.insight.services.refreshing import refresh_insight

__all__ = ["NoSuchDay", "refresh_insight", "request_refresh", "request_refreshes"]


def __getattr__(name: str) -> Any:
    """Hand out `refresh_insight` when somebody asks for it: numerics take a while to load, and most processes never compute."""
    if name != "refresh_insight":
        raise AttributeError(name)
    from regulars.insight.services.refreshing import refresh_insight

    return refresh_insight
