"""The access export: all of one person, nothing of anybody else."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from regulars.business.queries import Scope
from regulars.customers.queries import add_export_section
from regulars.customers.queries.exporting import _SECTIONS
from regulars.customers.services import export_of_customer, merge_customers, withdraw_consent
from regulars.groundwork.kernel.models import AuditLine
from regulars.groundwork.kernel.refusals import NotFound

from tests.cast import ACTOR, NOON, Cast
from tests.customers.services.test_forget_customer import planted

pytestmark = pytest.mark.django_db


def unpacked(archive: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        return {name: found.read(name).decode("utf-8-sig") for name in found.namelist()}


def test_it_holds_every_marker_of_that_person_and_none_of_another(
    cast: Cast, capsys: pytest.CaptureFixture[str], tmp_path: Path, settings: object
) -> None:
    """Reliability M3."""
    settings.VAR = tmp_path  # type: ignore[attr-defined]
    row = planted(cast, capsys, tmp_path)
    export = export_of_customer(scope=cast.scope, customer_id=row.pk, at=NOON, actor="employee:1")
    files = unpacked(export.archive)
    found = json.loads(files["export.json"])["sections"]
    for section, marker in {
        "records": "Quartzbridge",
        "contact-points": "quartz@planted.example",
        "numbers": "Q-777",
        "traits": "zirkonfisch",
        "consents": "zirkonfisch",
        "wishes": "zirkonfisch",
        "holds": "zirkonfisch",
        "contacts": "zirkonfisch",
        "promises": "zirkonfisch",
        "purchases": "Rye",
    }.items():
        assert marker in json.dumps(found[section], ensure_ascii=False), section
        assert marker in files[f"{section}.csv"], section
    whole = "".join(files.values())
    for foreign in ("Lindqvist", "Jensen", "Marsh", "A-1001", "ada@mail.example", str(cast.bo.public_id)):
        assert foreign not in whole
    assert set(found) == set(_SECTIONS), "every floor's section, empty ones included"


def test_consent_is_shown_with_its_proof(cast: Cast) -> None:
    """Outreach 34: each event with time, source and wording version."""
    from regulars.customers.services import record_consent

    mine = {"scope": cast.scope, "customer_id": cast.ada.pk, "channel": "email", "purpose": "offers", "actor": ACTOR}
    record_consent(given=True, text_version="till-2026-01", source="till", proof={"said": "yes"}, at=NOON, **mine)  # type: ignore[arg-type]
    withdraw_consent(source="link", at=NOON + timedelta(days=3), **mine)  # type: ignore[arg-type]
    rows = list(
        csv.DictReader(
            io.StringIO(
                unpacked(export_of_customer(scope=cast.scope, customer_id=cast.ada.pk, at=NOON, actor=ACTOR).archive)["consents.csv"]
            )
        )
    )
    assert [(row["given"], row["text_version"], row["source"], row["at"]) for row in rows] == [
        ("yes", "till-2026-01", "till", NOON.isoformat()),
        ("no", "", "link", (NOON + timedelta(days=3)).isoformat()),
    ]


def test_merged_records_come_along(cast: Cast) -> None:
    merge_customers(scope=cast.scope, loser_id=cast.bo.pk, survivor_id=cast.ada.pk, at=NOON, actor=ACTOR)
    export = export_of_customer(scope=cast.scope, customer_id=cast.bo.pk, at=NOON, actor=ACTOR)
    assert {row["number"] for row in export.sections["numbers"]} == {"A-1001", "B-1002"}


def test_handing_out_leaves_an_audit_line(cast: Cast) -> None:
    """Reliability M1."""
    export_of_customer(scope=cast.scope, customer_id=cast.ada.pk, at=NOON, actor="employee:7")
    line = AuditLine.objects.get(act="customers.CustomerExported")
    assert (line.actor, line.subject) == ("employee:7", f"customer:{cast.ada.pk}")
    with pytest.raises(NotFound):
        export_of_customer(scope=Scope(cast.other.pk), customer_id=cast.ada.pk, at=NOON, actor=ACTOR)


def test_cells_that_a_spreadsheet_would_run_are_neutral(cast: Cast) -> None:
    """Reliability J1."""
    cast.ada.note = "=HYPERLINK(1)"
    cast.ada.save()
    files = unpacked(export_of_customer(scope=cast.scope, customer_id=cast.ada.pk, at=NOON, actor=ACTOR).archive)
    assert "'=HYPERLINK(1)" in files["records.csv"]
    assert json.loads(files["export.json"])["sections"]["records"][0]["note"] == "=HYPERLINK(1)"


def test_a_floor_above_adds_its_own(cast: Cast) -> None:
    add_export_section("punch-cards", lambda scope, ids: [{"customers": list(ids), "business": scope.business_id}])
    try:
        export = export_of_customer(scope=cast.scope, customer_id=cast.ada.pk, at=NOON, actor=ACTOR)
    finally:
        del _SECTIONS["punch-cards"]
    assert export.sections["punch-cards"] == [{"customers": [cast.ada.pk], "business": cast.business.pk}]
