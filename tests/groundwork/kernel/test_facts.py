"""Facts: written with their cause, delivered once, recorded in the audit trail."""

from __future__ import annotations

import dataclasses

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models.functions import Now

from regulars.contacts.models import Entry
from regulars.customers.events import CustomerRegistered
from regulars.groundwork.kernel import audit, facts, jobs
from regulars.groundwork.kernel.models import AuditHead, AuditLine, FactRow, Job
from regulars.groundwork.kernel.worker import run_until_idle

from tests.cast import NOON, Cast


def registered(cast: Cast) -> CustomerRegistered:
    return CustomerRegistered(
        tenant_id=cast.business.pk, at=NOON, actor="system:test", customer_id=cast.ada.pk, headline="Registered as a customer"
    )


@pytest.mark.django_db(transaction=True)
def test_a_fact_that_is_rolled_back_with_its_cause_leaves_nothing(cast: Cast) -> None:
    counts = FactRow.objects.count(), Job.objects.count(), AuditLine.objects.count()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        facts.announce(registered(cast))
        raise ZeroDivisionError
    assert (FactRow.objects.count(), Job.objects.count(), AuditLine.objects.count()) == counts


@pytest.mark.django_db(transaction=True)
def test_a_fact_outside_a_transaction_is_refused(cast: Cast) -> None:
    with pytest.raises(RuntimeError, match="inside the transaction"):
        facts.announce(registered(cast))


@pytest.mark.django_db
def test_a_fact_comes_out_of_its_row_as_it_went_in(cast: Cast) -> None:
    fact = registered(cast)
    assert facts.unpacked(fact.name, facts.packed(fact)) == fact


@pytest.mark.django_db
def test_a_fact_reaches_the_timeline_once_even_when_delivered_twice(cast: Cast) -> None:
    run_until_idle()
    before = Entry.objects.filter(customer=cast.ada).count()
    assert before == 1, "her registration"
    Job.objects.filter(kind="kernel.deliver").update(state="queued", settled_at=None)
    run_until_idle()
    assert Entry.objects.filter(customer=cast.ada).count() == before


@pytest.mark.django_db
def test_facts_announced_together_are_delivered_together_and_one_bad_one_holds_up_no_other(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_until_idle()
    reached: list[int] = []

    def picky(fact: CustomerRegistered) -> None:
        if fact.customer_id == cast.bo.pk:
            raise RuntimeError("a fault with one of them")
        reached.append(fact.customer_id)

    monkeypatch.setattr(facts, "REACTIONS", [facts.Reaction(name="test.picky", to=CustomerRegistered, run=picky, many=True)])
    with transaction.atomic():
        facts.announce_many([dataclasses.replace(registered(cast), customer_id=one.pk) for one in (cast.ada, cast.bo, cast.cleo)])
    waiting = Job.objects.filter(kind="kernel.deliver", state="queued")
    assert [len(job.payload["facts"]) for job in waiting] == [3]
    run_until_idle()  # all or none: none
    waiting.update(due_at=Now())
    reached.clear()
    run_until_idle()
    assert sorted(reached) == sorted([cast.ada.pk, cast.cleo.pk])
    assert waiting.count() == 1


@pytest.mark.django_db
def test_a_reaction_that_fails_does_not_undo_the_cause(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(fact: object) -> None:
        raise RuntimeError("a fault of the timeline")

    reaction = facts.Reaction(name="contacts.remember", to=CustomerRegistered, run=broken)
    monkeypatch.setattr(facts, "REACTIONS", [reaction])
    with transaction.atomic():
        number = facts.announce(registered(cast))
    run_until_idle()
    assert FactRow.objects.filter(pk=number).exists()
    assert "a fault of the timeline" in Job.objects.get(key=f"{number}:contacts.remember").last_fault


@pytest.mark.django_db
def test_each_change_leaves_one_audit_line_and_the_chain_holds(cast: Cast) -> None:
    lines = AuditLine.objects.filter(tenant_id=cast.business.pk)
    assert lines.count() == FactRow.objects.filter(tenant_id=cast.business.pk).count()
    assert list(audit.faults_in_chains()) == []
    line = lines.filter(act="customers.CustomerRegistered").first()
    assert line
    assert (line.actor, line.subject[:9], line.at) == ("system:test", "customer:", NOON)
    assert len(line.after_digest) == 64
    assert "Ada" not in line.after_digest


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["UPDATE kernel_auditline SET actor = 'nobody'", "DELETE FROM kernel_auditline"])
def test_the_database_refuses_to_change_or_remove_audit_lines(cast: Cast, statement: str) -> None:
    with pytest.raises(DatabaseError, match="audit lines are never"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_the_salt_may_be_destroyed_and_the_chain_still_holds(cast: Cast) -> None:
    assert AuditLine.objects.filter(tenant_id=cast.business.pk).update(salt="") > 0
    assert list(audit.faults_in_chains()) == []


@pytest.mark.django_db
def test_verify_names_the_line_that_was_changed_behind_the_trigger(cast: Cast) -> None:
    line = AuditLine.objects.filter(tenant_id=cast.business.pk).order_by("number")[2]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE kernel_auditline DISABLE TRIGGER kernel_auditline_guard")
        else:
            cursor.execute("DROP TRIGGER kernel_auditline_no_change")
        cursor.execute("UPDATE kernel_auditline SET actor = 'nobody' WHERE id = %s", [line.pk])
    (fault,) = audit.faults_in_chains()
    assert f"line {line.number} was changed" in fault


@pytest.mark.django_db
def test_verify_sees_that_the_end_of_the_trail_is_missing(cast: Cast) -> None:
    AuditHead.objects.filter(tenant_id=cast.business.pk).update(number=10_000)
    (fault,) = audit.faults_in_chains()
    assert "the end is missing" in fault


def test_two_reactions_of_one_name_are_refused() -> None:
    with pytest.raises(RuntimeError, match="two reactions"):
        facts.reacts_to(CustomerRegistered, name="contacts.remember")(lambda fact: None)


def test_two_kinds_of_one_name_are_refused() -> None:
    with pytest.raises(RuntimeError, match="two kinds"):
        jobs.job("kernel.deliver")(lambda work: None)
