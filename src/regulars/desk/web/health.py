"""Is it alive, can it serve, how is it doing. No personal data."""

from __future__ import annotations

import hmac

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse

from regulars.desk.queries import readiness
from regulars.groundwork.kernel import metrics as kernel_metrics
from regulars.groundwork.kernel.refusals import NotFound
from regulars.staff.queries import client_address

LOOPBACK = {"127.0.0.1", "::1"}


def health(_request: HttpRequest) -> HttpResponse:
    """200 while the process lives."""
    return JsonResponse({"status": "alive"})


def ready(_request: HttpRequest) -> HttpResponse:
    """200 when it can serve: database, migrations, worker; else 503 and what is missing."""
    parts = readiness()
    return JsonResponse({"ready": all(parts.values()), **parts}, status=200 if all(parts.values()) else 503)


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus metrics, for this machine or with the metrics token."""
    remote = request.META.get("REMOTE_ADDR", "")
    address = client_address(remote, request.headers.get("X-Forwarded-For", ""), settings.REGULARS.proxies)
    token = settings.REGULARS.metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    if not (address in LOOPBACK if not token else hmac.compare_digest(given.encode(), token.encode())):
        raise NotFound("There is nothing here.")
    try:
        return HttpResponse(kernel_metrics.exposition(), content_type="text/plain; version=0.0.4")
    except DatabaseError:
        return HttpResponse("database away\n", status=503, content_type="text/plain")
