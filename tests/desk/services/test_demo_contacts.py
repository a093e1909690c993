"""The demo's contact log: believable, visible to the gate, and taken away with the demo, but for what somebody wrote themselves."""

from __future__ import annotations

import pytest

from regulars.business.models import Business
from regulars.business.queries import Scope
from regulars.contacts.models import Contact, FollowUp, Freeze, Slot
from regulars.contacts.queries import Ask, ask_gate
from regulars.contacts.services import ContactParticulars, log_contact
from regulars.customers.models import Customer
from regulars.desk.services.demo import load_demo, remove_demo
from regulars.groundwork.kernel.worker import run_until_idle

from tests.cast import ACTOR, NOON


@pytest.mark.django_db
def test_the_bakery_has_talked_with_its_customers_and_takes_it_back(db: None) -> None:
    load_demo(at=NOON, actor=ACTOR)
    run_until_idle()
    assert Contact.objects.count() > 300
    assert not Contact.objects.filter(at__gt=NOON).exists()
    assert Contact.objects.filter(outcome="pleased").exists()
    assert Slot.objects.filter(state="confirmed").exists()
    assert FollowUp.objects.filter(open=True).count() == 5
    today = FollowUp.objects.filter(due_at__date=NOON.date())
    assert today.count() == 2, "something to do on the page Today"
    assert FollowUp.objects.filter(due_at__lt=NOON).exists(), "one is due already"
    business = Business.objects.get()
    cleo = Customer.objects.get(given_name="Cleo", family_name="Marsh")
    answer = ask_gate(scope=Scope(business.pk), customer_id=cleo.pk, ask=Ask("email", "offers", "promotional"), at=NOON)
    assert answer.answer == "refuse"
    ada = Customer.objects.get(given_name="Ada", family_name="Okafor")
    own = ContactParticulars(channel="phone", direction="out", nature="question")
    log_contact(scope=Scope(business.pk), customer_id=ada.pk, particulars=own, at=NOON, actor="employee:1")
    removed = remove_demo(at=NOON, actor=ACTOR)
    assert not removed.everything, "somebody's own note keeps its customer and the business"
    assert list(Customer.objects.values_list("pk", flat=True)) == [ada.pk]
    assert Contact.objects.count() == Slot.objects.count() == 1
    assert not FollowUp.objects.exists()
    assert not Freeze.objects.exists()


@pytest.mark.django_db
def test_an_untouched_demo_leaves_nothing(db: None) -> None:
    load_demo(at=NOON, actor=ACTOR)
    run_until_idle()
    assert remove_demo(at=NOON, actor=ACTOR).everything
    for table in (Contact, Slot, FollowUp, Freeze, Customer, Business):
        assert not table.objects.exists()
