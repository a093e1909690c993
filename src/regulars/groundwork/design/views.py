"""The design's few addresses: assets, accent, the visitor's choices. The style guide lives in `guide.py`."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST, require_safe

from . import assets, colour
from .context import SHORTCUTS_COOKIE, THEME_COOKIE, THEMES
from .icons import PATHS

FOR_EVER = "public, max-age=31536000, immutable"
A_YEAR = 365 * 24 * 3600


@require_safe
def asset(request: HttpRequest, fingerprint: str, name: str) -> HttpResponse:
    """Serve one file of the current version; an older address gets the current file, but may not keep it."""
    current = assets.wardrobe()
    found = current.assets.get(name)
    if found is None:
        raise Http404(name)
    zipped = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(found.compressed if zipped else found.content, content_type=found.content_type)
    if zipped:
        response["Content-Encoding"] = "gzip"
    response["Vary"] = "Accept-Encoding"
    response["Cache-Control"] = FOR_EVER if fingerprint == current.fingerprint else "no-cache"
    return response


@require_safe
def accent(request: HttpRequest, digits: str) -> HttpResponse:
    """Serve the accent's few lines of CSS. They depend on the address alone, so they may be kept for ever."""
    verdict = colour.judge_accent(digits)
    if isinstance(verdict, colour.TooPale):
        raise Http404(digits)
    response = HttpResponse(colour.accent_css(verdict), content_type="text/css; charset=utf-8")
    response["Cache-Control"] = FOR_EVER
    return response


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Remember the visitor's theme in a cookie and go back to where they were."""
    chosen = request.POST.get("theme", "system")
    return _remember(request, THEME_COOKIE, chosen if chosen in THEMES else "system")


@require_POST
def choose_shortcuts(request: HttpRequest) -> HttpResponse:
    """Switch single-key shortcuts on or off for this browser."""
    return _remember(request, SHORTCUTS_COOKIE, "off" if request.POST.get("shortcuts") == "off" else "on")


def _remember(request: HttpRequest, cookie: str, value: str) -> HttpResponse:
    target = request.POST.get("next") or request.headers.get("Referer", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(target if safe else "/")
    response.set_cookie(cookie, value, max_age=A_YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)
    return response


@require_GET
def favicon(request: HttpRequest) -> HttpResponse:
    """Serve the favicon: our mark, drawn as SVG."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
        '<rect width="32" height="32" rx="8" fill="#016869"/>'
        '<g transform="translate(4 4)" fill="none" stroke="#fff" stroke-width="1.9" stroke-linecap="round" '
        f'stroke-linejoin="round">{PATHS["regulars"]}</g></svg>'
    )
    response = HttpResponse(svg, content_type="image/svg+xml")
    response["Cache-Control"] = FOR_EVER
    return response
