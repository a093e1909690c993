"""Schemathesis reads our OpenAPI document and attacks every operation: no server error, no undocumented answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from regulars.project.wsgi import application
from regulars.staff.queries import KEY_SCOPES
from regulars.staff.services import make_key

from tests.cast import ACTOR, NOON, Cast
from tests.loyalty.club import opened

schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """The application runs inside the test's transaction, so it must not close the connection after each request."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def key(cast: Cast) -> str:
    opened(cast)
    scopes = list(KEY_SCOPES)
    return make_key(business_id=cast.business.pk, name="fuzz", scopes=scopes, at=NOON, actor=ACTOR)[1]


@pytest.mark.django_db
@pytest.mark.once
@schema.parametrize()
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_no_operation_has_a_server_error(case: Any, key: str) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    if case.method.upper() == "POST":
        case.headers = (
            dict(case.headers or {}) | {"Idempotency-Key": "fuzz"} if "Idempotency-Key" not in (case.headers or {}) else case.headers
        )
    case.call_and_validate(headers=headers, checks=CHECKS)
