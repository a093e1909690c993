"""The first call of a compiled rule compiles it, which no deadline per example should count."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("compiled rules", deadline=None)
settings.load_profile("compiled rules")
