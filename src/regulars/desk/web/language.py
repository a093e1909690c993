"""The language that an employee has chosen goes before the one that the browser asks for."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation


class ChosenLanguage:
    """Middleware behind Django's own, which has looked at the browser's wish already."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = getattr(request.user, "language", "")
        if not chosen:
            return self.get_response(request)
        with translation.override(chosen):
            response = self.get_response(request)
        response.headers["Content-Language"] = chosen
        return response
