"""`regulars import contacts FILE`: each row a contact, each fault with its reason, repeatable, undone as a whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from regulars.contacts.models import Contact, Slot
from regulars.contacts.queries import story_of
from regulars.contacts.services import correct_contact
from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.intake.undoing import begin_undo, carry_out_undo
from regulars.groundwork.kernel.models import FactRow, ImportBatch, ImportFault

from tests.cast import ACTOR, NOON, Cast
from tests.importing import counts, import_file, written

pytestmark = pytest.mark.django_db
Capture = pytest.CaptureFixture[str]
CALLS = """Kundennummer;Datum;Kanal;Richtung;Grund;Ergebnis;Stimmung;Minuten;Mitarbeiter;Notiz;Nummer
A-1001;15.05.2026 10:30;Phone;eingehend;question;answered;1;4;{tom};Is the rye fresh?;T-1
A-1001;16.05.2026 11:00;email;ausgehend;Offer;;;;;;T-2
B-1002;16.05.2026 11:00;visit;in;Complaint;Not resolved;-2;;;;T-3
B-1002;16.05.2026 11:00;visit;in;Complaint;Not resolved;-2;;;;T-3
B-1002;16.05.2026 11:00;visit;in;Praise;;;;;;T-3
NOBODY;16.05.2026 11:00;visit;in;praise;;;;;;T-4
A-1001;16.05.2026 11:00;pigeon;in;praise;;;;;;T-5
A-1001;16.05.2026 11:00;visit;up;praise;;;;;;T-6
A-1001;16.05.2026 11:00;visit;in;gossip;;;;;;T-7
A-1001;16.05.2026 11:00;visit;in;praise;married;;;;;T-8
A-1001;16.05.2026 11:00;visit;in;praise;;9;;;;T-9
A-1001;16.05.2026 11:00;visit;in;praise;;;-1;;;T-10
A-1001;16.05.2026 11:00;visit;in;praise;;;;who@else.example;;T-11
A-1001;16.05.2999 11:00;visit;in;praise;;;;;;T-12
;16.05.2026 11:00;visit;in;praise;;;;;;T-13
"""


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, settings: pytest.FixtureRequest) -> None:
    settings.VAR = tmp_path


def imported(cast: Cast, capsys: Capture, tmp_path: Path, text: str = CALLS) -> dict[str, int]:
    code, answer = import_file(capsys, written(tmp_path, text.format(tom=cast.tom.email)), "--source", "card", kind="contacts")
    assert code in (0, 3), answer
    return answer


def test_rows_become_contacts_and_each_refused_row_says_why(cast: Cast, tmp_path: Path, capsys: Capture) -> None:
    answer = imported(cast, capsys, tmp_path)
    assert counts(answer) == {"read": 15, "created": 3, "identical": 1, "failed": 11}
    first = Contact.objects.get(source_key="T-1")
    assert (first.customer_id, first.staff_id, first.minutes, first.mood_stated) == (cast.ada.pk, cast.tom.pk, 4, 1)
    assert first.at == datetime(2026, 5, 15, 8, 30, tzinfo=UTC), "by the clock of the business"
    assert (first.channel, first.direction, first.nature, first.outcome) == ("phone", "in", "question", "answered")
    assert dict(ImportFault.objects.values_list("row", "note")) == {
        6: "contact_taken:T-3",
        7: "contact_customer:NOBODY",
        8: "contact_channel:pigeon",
        9: "contact_direction:up",
        10: "contact_nature:gossip",
        11: "contact_outcome:married",
        12: "contact_mood:9",
        13: "contact_minutes:-1",
        14: "contact_staff:who@else.example",
        15: "year_out_of_range:16.05.2999 11:00",
        16: "missing_field:customer",
    }
    assert FactRow.objects.filter(name="contacts.ContactsImported").count() == 1
    assert len(story_of(scope=cast.scope, customer=cast.ada, kinds=["contacts"]).lines) == 2


def test_the_same_file_again_changes_nothing_with_numbers_and_without(cast: Cast, tmp_path: Path, capsys: Capture) -> None:
    for text in (
        CALLS,
        "customer,at,channel,nature,note\nA-1001,2026-05-15 10:30,phone,question,hi\nA-1001,2026-05-15 10:30,phone,question,ho\n",
    ):
        made = imported(cast, capsys, tmp_path, text)["created"]
        before = Contact.objects.count()
        again = imported(cast, capsys, tmp_path, text + "\n")
        assert (again["created"], again["identical"]) == (0, made + (1 if text is CALLS else 0))
        assert Contact.objects.count() == before


def test_what_went_out_lately_counts_at_the_gate(cast: Cast, tmp_path: Path, capsys: Capture) -> None:
    now = clock.now()
    days = [(now - timedelta(days=n)).strftime("%Y-%m-%d %H:%M") for n in (1, 500)]
    rows = [
        f"A-1001,{day},{way},{direction},follow-up,{end}"
        for day in days
        for way, direction, end in (("phone", "out", ""), ("email", "in", ""), ("phone", "out", "Not reached"))
    ]
    imported(cast, capsys, tmp_path, "customer,at,channel,direction,nature,outcome\n" + "\n".join(rows) + "\n")
    slot = Slot.objects.get()
    assert (slot.customer_id, slot.state, slot.weight, slot.channel) == (cast.ada.pk, "confirmed", 2, "phone")


def test_an_undo_takes_the_batch_away_but_what_somebody_corrected_stays(cast: Cast, tmp_path: Path, capsys: Capture) -> None:
    answer = imported(cast, capsys, tmp_path)
    kept = Contact.objects.get(source_key="T-3")
    correct_contact(scope=cast.scope, contact=kept, particulars=None, note="never", at=NOON, actor=ACTOR)
    begin_undo(ImportBatch.objects.get(), at=NOON)
    batch = carry_out_undo(batch_id=answer["batch"], at=NOON, actor=ACTOR, progress=lambda *_: None)
    assert (batch.undone, batch.kept) == (2, 1)
    assert set(Contact.objects.values_list("source_key", flat=True)) == {"T-3", str(kept.pk)}
    assert not Slot.objects.exists()


def test_a_column_says_what_an_outgoing_contact_was_at_the_gate(cast: Cast, tmp_path: Path, capsys: Capture) -> None:
    text = (
        "customer,date,channel,direction,nature,class,number\n"
        "A-1001,2026-05-16 11:00,email,out,offer,promotional,N-1\n"
        "A-1001,2026-05-17 11:00,email,out,offer,,N-2\n"
        "A-1001,2026-05-18 11:00,email,out,offer,Reply,N-3\n"
        "A-1001,2026-05-19 11:00,email,out,offer,spam,N-4\n"
    )
    answer = imported(cast, capsys, tmp_path, text)
    assert counts(answer) == {"read": 4, "created": 3, "failed": 1}
    assert ImportFault.objects.get().note == "contact_class:spam"
    found = Slot.objects.order_by("at").values_list("contact__source_key", "contact_class", "purpose")
    assert list(found) == [("N-1", "promotional", "offers"), ("N-2", "service", "service"), ("N-3", "reply", "service")]
