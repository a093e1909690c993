"""What operators rely on: health, readiness, metrics, doctor, verify, the command line's exit codes, logs without people."""

from __future__ import annotations

import io
import json
import logging
from typing import Any

import pytest
import structlog
from django.db import DatabaseError, connection
from django.test import Client

from regulars.desk import queries as desk_queries
from regulars.groundwork.kernel.models import WorkerBeat
from regulars.project import cli, doctor, logs

from tests.cast import NOON, Cast


@pytest.mark.django_db
def test_health_is_green_while_the_process_lives_and_ready_tells_what_is_missing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """K10."""
    assert client.get("/health").status_code == 200
    assert client.get("/ready").json() == {"ready": False, "database": True, "tables": True, "worker": False}
    WorkerBeat.objects.create(owner="w")
    assert client.get("/ready").status_code == 200

    def away() -> None:
        raise DatabaseError

    monkeypatch.setattr(desk_queries, "pending", away)
    assert client.get("/ready").status_code == 503
    assert client.get("/health").status_code == 200


@pytest.mark.django_db
def test_a_worker_long_silent_is_no_worker(client: Client) -> None:
    WorkerBeat.objects.create(owner="w", beat_at=NOON.replace(year=2020))
    assert client.get("/ready").json()["worker"] is False


@pytest.mark.django_db
def test_metrics_are_for_this_machine_or_the_token(client: Client, cast: Cast, settings: Any) -> None:
    """N9."""
    client.get("/customers/")
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert b"regulars_requests_total" in answer.content
    assert b"regulars_queue_jobs" in answer.content
    assert b"Ada" not in answer.content
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 404
    settings.REGULARS = settings.REGULARS.model_copy(update={"metrics_token": "let-me-count"})
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9", headers={"Authorization": "Bearer let-me-count"}).status_code == 200


@pytest.mark.django_db
def test_the_doctor_names_what_is_wrong(settings: Any) -> None:
    """N8."""
    settings.DEBUG = True
    settings.REGULARS = settings.REGULARS.model_copy(update={"secret_key": "changeme", "mode": "production", "proxies": 0})
    wrong = {finding.what for finding in doctor.findings() if finding.tone == "wrong"}
    assert {"debug", "secret key", "proxies"} <= wrong


@pytest.mark.django_db
def test_the_doctor_is_content_with_a_fresh_local_installation() -> None:
    assert [finding for finding in doctor.findings() if finding.tone == "wrong"] == []


@pytest.mark.django_db
def test_verify_answers_by_exit_code(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--no-migrate", "verify"]) == 0
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE kernel_auditline DISABLE TRIGGER kernel_auditline_guard")
        else:
            cursor.execute("DROP TRIGGER kernel_auditline_no_change")
        cursor.execute("UPDATE kernel_auditline SET act = 'x' WHERE number = 1")
    assert cli.run(["--no-migrate", "verify"]) == 1
    assert "was changed" in capsys.readouterr().out


@pytest.mark.django_db
def test_a_key_is_printed_alone_and_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--no-migrate", "staff", "key", "--name", "till", "--scope", "purchases:write", "--scope", "customers:read"]) == 0
    text = capsys.readouterr().out.strip()
    assert text.startswith("rk_")
    assert "\n" not in text
    assert cli.run(["--no-migrate", "staff", "key", "--name", "till", "--scope", "everything"]) == 2
    assert "There is no scope" in capsys.readouterr().err


@pytest.mark.pure
def test_logs_leave_personal_values_out() -> None:
    event = logs.drop_personal_values(None, "info", {"event": "x", "email": "ada@mail.example", "token": "t", "ms": 3})
    assert event == {"event": "x", "email": "[left out]", "token": "[left out]", "ms": 3}


@pytest.mark.django_db
def test_a_request_leaves_one_line_without_path_query_or_person(cast: Cast) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=structlog.processors.JSONRenderer()))
    logging.getLogger().addHandler(handler)
    try:
        client = Client()
        client.post("/sign-in/", {"email": cast.ines.email, "password": "wrong-password-1"})
        client.get("/customers/", {"q": "Lindqvist"})
    finally:
        logging.getLogger().removeHandler(handler)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["route"] for line in lines] == ["desk:sign_in", "desk:customers"]
    assert not [word for word in ("Lindqvist", cast.ines.email, "wrong-password-1", "?q") if word in stream.getvalue()]
