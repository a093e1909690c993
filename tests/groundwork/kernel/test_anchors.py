"""Anchors show what the chain alone can't: an end that was cut off with its head."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from regulars.groundwork.kernel import anchors, audit
from regulars.groundwork.kernel.models import AuditHead, AuditLine

from tests.cast import NOON, Cast


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.VAR = tmp_path


@pytest.mark.django_db
def test_an_unbroken_chain_fits_its_anchors(cast: Cast) -> None:
    assert anchors.drop_anchor(at=NOON) == 2
    assert list(anchors.faults_against_anchors()) == []


@pytest.mark.django_db
def test_an_end_cut_off_with_its_head_shows_against_the_anchor(cast: Cast) -> None:
    anchors.drop_anchor(at=NOON)
    head = AuditHead.objects.get(tenant_id=cast.business.pk)
    before = AuditLine.objects.get(tenant_id=cast.business.pk, number=head.number - 1)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE kernel_auditline DISABLE TRIGGER kernel_auditline_guard")
        else:
            cursor.execute("DROP TRIGGER kernel_auditline_no_removal")
        cursor.execute("DELETE FROM kernel_auditline WHERE tenant_id = %s AND number = %s", [cast.business.pk, head.number])
    AuditHead.objects.filter(pk=head.pk).update(number=before.number, digest=before.digest)
    assert list(audit.faults_in_chains()) == [], "the chain alone looks whole"
    (fault,) = anchors.faults_against_anchors()
    assert f"line {head.number} is missing" in fault


@pytest.mark.django_db
def test_an_unreadable_anchor_is_said_not_skipped() -> None:
    anchors.anchor_file().write_text("nonsense\n")
    (fault,) = anchors.faults_against_anchors()
    assert "can't be read at line 1" in fault
