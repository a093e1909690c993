"""One log line and two metrics a request: route, method, status, time. No path, query or person."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from regulars.groundwork.kernel import ids, metrics

log = structlog.get_logger("web")


class RequestLog:
    """The outermost middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        number = str(ids.new_id())
        with structlog.contextvars.bound_contextvars(request=number):
            response = self.get_response(request)
            seconds = time.perf_counter() - started
            match = request.resolver_match
            route = (match.view_name or match.route) if match else "none"
            if not request.path.startswith("/static/"):
                metrics.REQUESTS.labels(route=route, method=request.method or "", status=response.status_code).inc()
                metrics.SECONDS.labels(route=route).observe(seconds)
                log.info("request", route=route, method=request.method, status=response.status_code, ms=round(seconds * 1000, 1))
        response.headers.setdefault("X-Request-Id", number)
        return response
