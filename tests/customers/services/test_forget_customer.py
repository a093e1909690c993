"""Forgetting a person: nothing of them is left but figures, nothing brings them back, and the records hold."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction

from regulars.business.queries import Scope
from regulars.contacts.services import ContactParticulars, Promise, log_contact
from regulars.customers.models import Customer, Erasure, ExternalId, Forgotten, LegalHold, Suppression
from regulars.customers.queries import customers_after, find_customers
from regulars.customers.services import (
    ForgottenAlready,
    Held,
    JournalBroken,
    NewCustomer,
    NoLongerKnown,
    PublishedTrait,
    add_contact_point,
    forget_customer,
    lift_hold,
    merge_customers,
    note_pending_erasures,
    place_hold,
    publish_traits,
    record_consent,
    register_customer,
    replay_erasures,
    state_wishes,
    unmerge_customers,
)
from regulars.groundwork.kernel import jobs
from regulars.groundwork.kernel.invariants import faults
from regulars.groundwork.kernel.models import ImportFault, Job, KeptAnswer
from regulars.groundwork.kernel.refusals import NotFound
from regulars.purchases.queries import Kind, Sale, SaleLine, sums_of
from regulars.purchases.services import record_purchase

from tests.cast import ACTOR, NOON, Cast, enrol
from tests.customers.dump import places_of
from tests.importing import counts, import_file, work_off, written

pytestmark = pytest.mark.django_db
MARKERS = ["Wilhelmina", "Quartzbridge", "quartz@planted.example", "+4930987654321", "Q-777", "zirkonfisch"]


@pytest.fixture(autouse=True)
def own_files(tmp_path: Path, settings: object) -> None:
    settings.VAR = tmp_path  # type: ignore[attr-defined]


def planted(cast: Cast, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Customer:
    """A person with a marker in every place that takes a text."""
    row = register_customer(
        business_id=cast.business.pk,
        who=NewCustomer(
            given_name="Wilhelmina",
            family_name="Quartzbridge",
            note="likes zirkonfisch",
            external_ids={"card": "Q-777"},
            contact_points=[("email", "quartz@planted.example"), ("postal", "Zirkonfisch Lane 3\nLeeds")],
        ),
        branch_id=cast.market.pk,
        at=NOON,
        actor=ACTOR,
    )
    mine = {"scope": cast.scope, "customer_id": row.pk, "at": NOON, "actor": ACTOR}
    add_contact_point(customer=row, kind="phone", value="+49 30 987654321", region="", at=NOON, actor=ACTOR)
    record_consent(
        channel="email", purpose="offers", address="quartz@planted.example", given=True, text_version="v1", source="till",
        proof={"said": "zirkonfisch"}, **mine,
    )  # type: ignore[arg-type]  # fmt: skip
    state_wishes(topics=["zirkonfisch"], source="desk", **mine)  # type: ignore[arg-type]
    publish_traits(
        business_id=cast.business.pk, name="taste", values=[PublishedTrait(row.pk, "zirkonfisch", {"why": "zirkonfisch"})],
        source="insight", at=NOON, actor=ACTOR,
    )  # fmt: skip
    log_contact(
        particulars=ContactParticulars(channel="phone", direction="in", nature="question", note="asked for zirkonfisch", links={"message": "zirkonfisch"}),
        promise=Promise(what="bring zirkonfisch", due_at=NOON + timedelta(days=2)), **mine,
    )  # type: ignore[arg-type]  # fmt: skip
    sale = Sale(at=NOON, currency="EUR", amount_minor=1240, receipt="R-9", lines=[SaleLine(amount_minor=1240, product="Rye")])
    record_purchase(customer=row, branch=cast.market, sale=sale, at=NOON, actor=ACTOR)
    place_hold(reason="zirkonfisch in dispute", **mine)  # type: ignore[arg-type]
    lift_hold(**mine)  # type: ignore[arg-type]
    KeptAnswer.objects.create(
        credential="key:1", route="POST /customers", key="k", fingerprint="f", status=201, kept_at=NOON,
        body=json.dumps({"name": "Wilhelmina Quartzbridge", "contact_points": [{"value": "quartz@planted.example"}]}),
    )  # fmt: skip
    job, _made = Job.objects.get_or_create(
        kind="t", lane="quick", key="dead", defaults={"state": "dead", "settled_at": NOON, "payload": {"to": "quartz@planted.example"}}
    )
    Job.objects.filter(pk=job.pk).update(last_fault="refused: quartz@planted.example")
    text = (
        "Customer ID,Given name,Family name,E-mail,Note\n"
        "Q-777,Wilhelmina,Quartzbridge,quartz@planted.example,again zirkonfisch\n"
        "Q-778,Wilhelmina,Quartzbridge,quartz@planted.example and more,\n"
        "Z-1,Una,Other,una@,\n"
    )
    code, answer = import_file(capsys, written(tmp_path, text), "--source", "card", kind="customers")
    assert (code, counts(answer)) == (3, {"read": 3, "updated": 1, "failed": 2})
    work_off("quick")
    work_off("long")
    (tmp_path / "file.csv").unlink()
    return row


def forget(cast: Cast, customer: Customer, reason: str = "own_wish") -> Erasure:
    return forget_customer(scope=cast.scope, customer_id=customer.pk, reason=reason, at=NOON + timedelta(days=1), actor=ACTOR)


def test_no_planted_marker_is_left_anywhere(cast: Cast, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Reliability M4: database dump, files, search, outbox; sums unchanged, chain intact."""
    row = planted(cast, capsys, tmp_path)
    before = places_of(MARKERS)
    hit = {place.partition(":")[0] for place in before}
    assert hit >= {
        "customers_customer", "customers_contactpoint", "customers_externalid", "customers_searchword", "customers_trait",
        "customers_consentevent", "customers_wishstatement", "customers_legalhold", "contacts_contact", "contacts_followup",
        "kernel_keptanswer", "kernel_job", "kernel_importchange", "kernel_importfault",
    }, hit  # fmt: skip
    assert [place for place in before if "not-taken" in place]
    takings = sums_of(scope=cast.scope, since=NOON - timedelta(days=1), until=NOON + timedelta(days=1))
    with transaction.atomic():
        forget(cast, row)
    work_off("quick")
    work_off("long")
    assert places_of(MARKERS) == []
    assert sums_of(scope=cast.scope, since=NOON - timedelta(days=1), until=NOON + timedelta(days=1)) == takings
    assert list(faults()) == []
    rest = next((tmp_path / "imports").glob("*-not-taken.csv")).read_text()
    assert "una@" in rest, "other people's rows can still be mended"
    left = Customer.objects.get(pk=row.pk)
    assert (left.display_name, left.purchases.count(), left.contacts.count()) == ("Forgotten customer", 1, 1)
    assert find_customers(scope=cast.scope, text="quartzbridge") == []
    assert row.pk not in [one.pk for one in customers_after(scope=cast.scope).rows]
    assert ExternalId.objects.filter(customer=cast.ada).exists(), "nobody else lost anything"


def test_nothing_is_noted_about_somebody_who_was_forgotten(cast: Cast) -> None:
    forget(cast, cast.ada)
    row = Customer.objects.get(pk=cast.ada.pk)
    with pytest.raises(NoLongerKnown):
        add_contact_point(customer=row, kind="email", value="new@mail.example", region="", at=NOON, actor=ACTOR)
    with pytest.raises(NoLongerKnown):
        state_wishes(scope=cast.scope, customer_id=row.pk, source="desk", at=NOON, actor=ACTOR)
    with pytest.raises(NoLongerKnown):
        merge_customers(scope=cast.scope, loser_id=cast.bo.pk, survivor_id=row.pk, at=NOON, actor=ACTOR)
    with pytest.raises(ForgottenAlready):
        forget(cast, row)
    with pytest.raises(NotFound):
        forget_customer(scope=Scope(cast.other.pk), customer_id=cast.bo.pk, at=NOON, actor=ACTOR)


def test_a_person_is_forgotten_with_all_their_records(cast: Cast) -> None:
    merge_customers(scope=cast.scope, loser_id=cast.bo.pk, survivor_id=cast.ada.pk, reason="Ada is Bo", at=NOON, actor=ACTOR)
    forget(cast, cast.bo)
    assert set(Forgotten.objects.values_list("customer_id", flat=True)) == {cast.ada.pk, cast.bo.pk}
    assert places_of(["Lindqvist", "Jensen", "Ada is Bo", "bo@mail.example"]) == []


def test_a_legal_hold_stands_before_forgetting(cast: Cast) -> None:
    place_hold(scope=cast.scope, customer_id=cast.ada.pk, reason="court case 7", at=NOON, actor=ACTOR)
    with pytest.raises(Held) as refusal:
        forget(cast, cast.ada)
    assert "court case 7" in refusal.value.sentence
    lift_hold(scope=cast.scope, customer_id=cast.ada.pk, at=NOON, actor=ACTOR)
    forget(cast, cast.ada)


def test_a_file_cannot_bring_them_back_but_they_can(cast: Cast, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Outreach 34, reliability M8: the keyed digest blocks the file; a new registration is a new person."""
    forget(cast, cast.ada)
    assert Suppression.objects.count() == 2
    assert not places_of(["ada@mail.example", "A-1001"])
    text = "Customer ID,Name,E-mail\nA-1001,Ada Again,new@mail.example\nX-5,Ada Again,ADA@mail.example\nX-6,Una Other,una@mail.example\n"
    code, answer = import_file(capsys, written(tmp_path, text), "--source", "card", kind="customers")
    assert (code, counts(answer)) == (3, {"read": 3, "created": 1, "failed": 2})
    assert list(ImportFault.objects.order_by("row").values_list("note", flat=True)) == ["asked_to_be_forgotten"] * 2
    again = enrol(cast.business, "Ada", "Lindqvist", "A-1001", cast.market)
    assert again.pk != cast.ada.pk
    assert not again.purchases.exists()


def test_the_same_address_in_another_business_is_another_matter(cast: Cast) -> None:
    forget(cast, cast.ada)
    from regulars.customers.queries import suppressed_among

    asked = {("email", "ada@mail.example")}
    assert suppressed_among(business_id=cast.business.pk, points=asked) == asked
    assert suppressed_among(business_id=cast.other.pk, points=asked) == set()


def restored(row: Customer, name: str) -> None:
    """The record as an older backup has it."""
    Forgotten.objects.filter(customer_id=row.pk).delete()
    Erasure.objects.all().delete()
    Suppression.objects.all().delete()
    Customer.objects.filter(pk=row.pk).update(public_id=row.public_id, display_name=name, given_name=name)


def test_the_journal_forgets_again_after_a_restore(cast: Cast, django_capture_on_commit_callbacks: object) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        forget(cast, cast.ada)
    assert replay_erasures(at=NOON, actor=ACTOR).forgotten == 0, "all is as it should be"
    restored(cast.ada, "Ada")
    LegalHold.objects.create(customer=cast.ada, reason="of old", placed_by=ACTOR, placed_at=NOON)
    done = replay_erasures(at=NOON + timedelta(days=9), actor=ACTOR)
    assert (done.entries, done.forgotten) == (1, 1)
    assert Customer.objects.get(pk=cast.ada.pk).given_name == ""
    assert Suppression.objects.count() == 2
    assert replay_erasures(at=NOON + timedelta(days=9), actor=ACTOR).forgotten == 0


def test_a_replay_touches_nobody_who_got_the_number_since(cast: Cast, django_capture_on_commit_callbacks: object) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        forget(cast, cast.ada)
    restored(cast.ada, "Ada")
    from regulars.groundwork.kernel.ids import new_id

    Customer.objects.filter(pk=cast.ada.pk).update(public_id=new_id())
    assert replay_erasures(at=NOON, actor=ACTOR).forgotten == 0
    assert Customer.objects.get(pk=cast.ada.pk).given_name == "Ada"


def test_a_replay_forgets_exactly_the_records_of_that_time(cast: Cast, django_capture_on_commit_callbacks: object) -> None:
    """The backup is of a day when Ada and Bo were held for one person; they were told apart before Ada was forgotten."""
    merge = merge_customers(scope=cast.scope, loser_id=cast.bo.pk, survivor_id=cast.ada.pk, at=NOON, actor=ACTOR)
    unmerge_customers(scope=cast.scope, merge_id=merge.pk, at=NOON, actor=ACTOR)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        forget(cast, cast.ada)
    restored(cast.ada, "Ada")
    type(merge).objects.filter(pk=merge.pk).update(undone_at=None)
    assert replay_erasures(at=NOON, actor=ACTOR).forgotten == 1
    assert Customer.objects.get(pk=cast.bo.pk).given_name == "Bo"


def test_what_a_crash_kept_out_of_the_journal_is_noted_later(cast: Cast, tmp_path: Path) -> None:
    forget(cast, cast.ada)  # the test's transaction never commits: as if the power went at that moment
    assert not (tmp_path / "erasures.jsonl").exists()
    assert note_pending_erasures() == 1
    assert note_pending_erasures() == 0
    line = json.loads((tmp_path / "erasures.jsonl").read_text())
    assert line["records"][0][0] == cast.ada.pk
    assert len(line["suppressed"]) == 2
    text = (tmp_path / "erasures.jsonl").read_text().lower()
    assert not any(word in text for word in ("lindqvist", "ada@", "a-1001")), "digests may hold any three letters; these words they can't"


def test_a_broken_journal_is_said_with_its_line(cast: Cast, tmp_path: Path) -> None:
    (tmp_path / "erasures.jsonl").write_text('\n{"erasure": "x"}\n')
    with pytest.raises(JournalBroken) as refusal:
        replay_erasures(at=NOON, actor=ACTOR)
    assert "line 2" in refusal.value.sentence


def test_the_kind_of_purchase_stays_a_figure(cast: Cast) -> None:
    sale = Sale(at=NOON, currency="EUR", amount_minor=500, receipt="R-1", kind=Kind.SALE)
    record_purchase(customer=cast.ada, branch=cast.market, sale=sale, at=NOON, actor=ACTOR)
    forget(cast, cast.ada)
    assert jobs.dead_letters() is not None
    assert Customer.objects.get(pk=cast.ada.pk).purchases.get().amount_minor == 500
