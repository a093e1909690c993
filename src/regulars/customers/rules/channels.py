"""Channels: the ways in which the business and a customer meet."""

from __future__ import annotations

CHANNELS: tuple[str, ...] = ("email", "phone", "sms", "post", "social", "visit", "till")

# Which kind of contact point carries a channel; the others need no address.
POINT_OF: dict[str, str] = {"email": "email", "phone": "phone", "sms": "phone", "post": "postal"}
