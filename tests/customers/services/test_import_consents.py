"""Files of permissions: taken with their proof or not at all."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client

from regulars.customers.models import ConsentEvent
from regulars.customers.queries import consents_of
from regulars.customers.services import forget_customer, record_consent, withdraw_consent
from regulars.groundwork.kernel.intake.undoing import begin_undo, carry_out_undo
from regulars.groundwork.kernel.models import FactRow, ImportBatch, ImportFault

from tests.cast import ACTOR, NOON, Cast
from tests.importing import counts, import_file, written

pytestmark = pytest.mark.django_db
Capture = pytest.CaptureFixture[str]
HEADER = "customer,purpose,given,at,wording,how,channel,address\n"
FILE = (
    HEADER
    + """A-1001,newsletter,yes,2026-03-01T10:00:00Z,counter card 1,signed the card,,
A-1001,offers,yes,2026-03-01T10:00:00Z,,signed the card,,
A-1001,offers,yes,2026-03-01T10:00:00Z,counter card 1,,,
B-1002,Newsletter,no,2026-03-02T10:00:00Z,,,email,
B-1002,transactional,no,2026-03-02T10:00:00Z,,,,
B-1002,raffle,yes,2026-03-02T10:00:00Z,card,signed,,
C-1003,offers,perhaps,2026-03-02T10:00:00Z,card,signed,,
C-1003,offers,yes,2066-03-02T10:00:00Z,card,signed,,
C-1003,offers,yes,2026-03-02T10:00:00Z,card,signed,email,not an address
C-1003,offers,yes,2026-03-02T10:00:00Z,card,signed,pigeon,
X-9999,offers,yes,2026-03-02T10:00:00Z,card,signed,,
A-1001,newsletter,yes,2026-03-01T10:00:00Z,counter card 1,signed the card,,
"""
)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, settings: object) -> None:
    settings.VAR = tmp_path  # type: ignore[attr-defined]


def imported(capsys: Capture, tmp_path: Path, text: str = FILE, *options: str) -> dict[str, int]:
    _code, answer = import_file(capsys, written(tmp_path, text), "--source", "card", *options, kind="consents")
    return counts(answer)


def may(cast: Cast, customer: object, purpose: str) -> bool:
    return consents_of(scope=cast.scope, customer_id=customer.pk, channels=["email"])["email", purpose].allowed  # type: ignore[attr-defined]


def test_a_permission_is_taken_with_its_proof_and_each_other_row_says_why_not(cast: Cast, tmp_path: Path, capsys: Capture) -> None:
    assert imported(capsys, tmp_path) == {"read": 12, "created": 2, "identical": 1, "failed": 9}
    event = ConsentEvent.objects.get(customer=cast.ada)
    assert (event.given, event.purpose, event.text_version, event.source) == (True, "newsletter", "counter card 1", "file: card")
    assert event.proof["said"] == "signed the card"
    assert event.at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert may(cast, cast.ada, "newsletter")
    assert not may(cast, cast.ada, "offers")
    assert not may(cast, cast.bo, "newsletter")
    assert dict(ImportFault.objects.values_list("row", "note")) == {
        3: "consent_no_proof:wording",
        4: "consent_no_proof:how",
        6: "consent_purpose:transactional",
        7: "consent_purpose:raffle",
        8: "consent_word:perhaps",
        9: "consent_future:2066-03-02T10:00:00Z",
        10: "consent_address:not an address",
        11: "consent_channel:pigeon",
        12: "consent_customer:X-9999",
    }
    assert FactRow.objects.filter(name__endswith="ConsentsImported").count() == 1


def test_a_dry_run_tells_the_same_and_changes_nothing(cast: Cast, tmp_path: Path, capsys: Capture) -> None:
    assert imported(capsys, tmp_path, FILE, "--dry-run") == {"read": 12, "created": 2, "identical": 1, "failed": 9}
    assert not ConsentEvent.objects.exists()


def test_the_same_file_again_changes_nothing(cast: Cast, tmp_path: Path, capsys: Capture) -> None:
    imported(capsys, tmp_path)
    assert imported(capsys, tmp_path)["identical"] == 3
    assert ConsentEvent.objects.count() == 2


def test_an_older_yes_from_a_file_does_not_outweigh_a_later_no(cast: Cast, tmp_path: Path, capsys: Capture) -> None:
    withdraw_consent(scope=cast.scope, customer_id=cast.ada.pk, channel="email", source="desk", at=NOON, actor=ACTOR)
    imported(capsys, tmp_path)
    assert ConsentEvent.objects.filter(customer=cast.ada, given=True).exists()
    assert not may(cast, cast.ada, "newsletter")


def test_nobody_who_was_forgotten_comes_back_by_their_number_or_address(cast: Cast, tmp_path: Path, capsys: Capture) -> None:
    forget_customer(scope=cast.scope, customer_id=cast.ada.pk, at=NOON, actor=ACTOR)
    text = (
        HEADER
        + "A-1001,newsletter,yes,2026-03-01T10:00:00Z,card,signed,,\nB-1002,newsletter,yes,2026-03-01T10:00:00Z,card,signed,,ada@mail.example\n"
    )
    assert imported(capsys, tmp_path, text) == {"read": 2, "failed": 2}
    assert set(ImportFault.objects.values_list("note", flat=True)) == {"asked_to_be_forgotten"}
    assert not ConsentEvent.objects.exists()


def test_undoing_a_file_takes_its_permissions_back_and_leaves_its_refusals(cast: Cast, tmp_path: Path, capsys: Capture) -> None:
    record_consent(
        scope=cast.scope, customer_id=cast.cleo.pk, channel="email", purpose="offers", given=True, text_version="v",
        source="desk", proof={"said": "yes"}, at=NOON, actor=ACTOR,
    )  # fmt: skip
    imported(capsys, tmp_path)
    batch = ImportBatch.objects.get(kind="consents")
    begin_undo(batch, at=NOON)
    done = carry_out_undo(batch_id=batch.pk, at=NOON, actor=ACTOR, progress=lambda *_: None)
    assert (done.state, done.undone, done.kept, done.gone) == ("undone", 1, 1, 0)
    assert not may(cast, cast.ada, "newsletter")
    assert ConsentEvent.objects.filter(customer=cast.bo, given=False).exists()
    assert may(cast, cast.cleo, "offers"), "what the file did not bring stays"


def test_the_page_of_imports_offers_it(cast: Cast, desk: Client) -> None:
    assert 'value="consents"' in desk.get("/imports/").content.decode()
