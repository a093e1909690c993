"""Files that somebody else wrote, handed out so that they can do no harm: always as a download, inert if a browser opens them after all."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.http import HttpResponse
from django.utils.csp import CSP
from django.utils.http import content_disposition_header

# For `csp_override`: what such a file may do is nothing.
INERT: Mapping[str, Collection[str] | str] = {"default-src": [CSP.NONE], "sandbox": [""]}


def download(content: bytes, name: str) -> HttpResponse:
    """The bytes as a file to save."""
    response = HttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
