"""The style sheet and the scripts, served under the hash of their contents.

The CSS is written as one file per component and served as one; a change of any byte changes the address, so
browsers may keep it for ever. Scripts are plain ES modules: relative imports stay inside the same folder.
"""

import gzip
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

FOLDER = Path(__file__).parent / "static" / "design"
STYLE_SHEET = "house.css"


@dataclass(frozen=True)
class Asset:
    content: bytes
    compressed: bytes
    content_type: str


@dataclass(frozen=True)
class Wardrobe:
    """All assets of one version, and the fingerprint that names it."""

    fingerprint: str
    assets: dict[str, Asset]


def wardrobe() -> Wardrobe:
    """Return the current assets: read once, and read again in debug when a file has changed."""
    stamp = max(path.stat().st_mtime_ns for path in _sources()) if settings.DEBUG else 0
    return _read(stamp)


def _sources() -> list[Path]:
    return sorted(FOLDER.glob("css/*.css")) + sorted(FOLDER.glob("js/*.js"))


@lru_cache(maxsize=2)
def _read(stamp: int) -> Wardrobe:
    sheets = [path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("css/*.css"))]
    assets = {STYLE_SHEET: _asset("".join(sheets).encode(), "text/css; charset=utf-8")}
    for path in sorted(FOLDER.glob("js/*.js")):
        assets[f"js/{path.name}"] = _asset(path.read_bytes(), "text/javascript; charset=utf-8")
    digest = hashlib.sha256()
    for name in sorted(assets):
        digest.update(name.encode() + b"\0" + assets[name].content)
    return Wardrobe(fingerprint=digest.hexdigest()[:12], assets=assets)


def _asset(content: bytes, content_type: str) -> Asset:
    return Asset(content, gzip.compress(content, mtime=0), content_type)
