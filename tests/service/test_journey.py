"""From a complaint by mail to the follow-up: received by the worker, answered late, raised by an alarm, promised, made good, resolved with cause and
action, asked afterwards, opened again, settled, and left in peace at the end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.worker import run_until_idle
from regulars.messaging.models import Message
from regulars.messaging.services import Delivery, MailboxParticulars, open_mailbox, receive_mail
from regulars.service.models import Aftercare, Case, EventRow, Gesture, Notice
from regulars.service.services import close_settled, look_at_clocks, send_aftercare, settled_link, verify

from tests.cast import ACTOR, PASSWORD, Cast
from tests.messaging.letters import letter
from tests.service.laws_for_tests import berlin
from tests.service.service_cast import MONDAY, NINE, call_team


def signed_in(email: str) -> Client:
    client = Client()
    assert client.post("/sign-in/", {"email": email, "password": PASSWORD}).status_code == 302
    return client


@pytest.mark.django_db
def test_a_complaint_by_mail_from_the_first_word_to_the_last(cast: Cast) -> None:
    team = call_team(cast)
    box = open_mailbox(
        business_id=cast.business.pk, particulars=MailboxParticulars(name="shop", addresses=["shop@fennel.example"]), at=NINE, actor=ACTOR
    )

    def at(day: str, wall: str) -> Any:
        return clock.standing_at(berlin(day, wall))

    with at(MONDAY, "09:05"):
        receive_mail(
            mailbox=box,
            delivery=Delivery(content=letter(b"I am very disappointed: the cake had a crack.\r\n", subject="Cake")),
            at=clock.now(),
        )
        run_until_idle()
    case = Case.objects.get()
    assert (case.nature, case.paragraph, case.owner_id) == ("complaint", "1.2", None)
    page = f"/cases/{case.public_id}/"

    with at(MONDAY, "13:30"):  # due at 13:05: nobody has answered
        look_at_clocks(at=clock.now())
        sven = signed_in(team.sven.email)
        assert "Cake" in sven.get("/cases/board/").content.decode()
        assert sven.post(f"{page}steer/", {"act": "raise"}).status_code == 302
        assert (
            sven.post(f"{page}hand-over/", {"owner": str(team.mira.public_id), "queue": "", "handover": "She waits since nine"}).status_code
            == 302
        )
    assert EventRow.objects.filter(case=case, what="breached", body__clock="first_answer:1").count() == 1
    case.refresh_from_db()
    assert (case.priority, case.paragraph, case.owner_id) == ("high", "1.1", team.mira.pk), "the paragraph for urgent matters holds now"

    with at("2026-11-24", "09:10"):
        look_at_clocks(at=clock.now())
        assert Notice.objects.filter(employee=team.sven, kind="alarm").exists(), "three quarters of the eight hours have passed"

    with at("2026-11-24", "09:20"):
        mira = signed_in(team.mira.email)
        text = mira.get(page).content.decode()
        assert "She waits since nine" in text
        version = Case.objects.get().version
        form = {"text": "That must not happen, we are sorry. I call you by noon.", "channel": "email", "version": str(version), "act": "1"}
        assert mira.post(f"{page}answer/", form).status_code == 302
        assert mira.post(f"{page}promise/", {"what": "Call about the cake", "due": "2026-11-24T12:00", "act": "2"}).status_code == 302
        assert mira.post(f"{page}give/", {"kind": "goodwill", "amount": "25", "words": "a new cake", "act": "3"}).status_code == 302
    assert Gesture.objects.get().state == "booked"
    promise = case.clocks.get(metric="own").key.removeprefix("own:")

    with at("2026-11-24", "11:40"):
        mira = signed_in(team.mira.email)
        assert mira.post(f"{page}promises/{promise}/", {"how": "kept"}).status_code == 302
        assert mira.post(f"{page}resolve/", {"version": str(Case.objects.get().version), "cause": "", "action": ""}).status_code == 422
        done = {"version": str(Case.objects.get().version), "cause": "product", "action": "New cake baked", "told": "on"}
        assert mira.post(f"{page}resolve/", done).status_code == 302

    with at("2026-11-25", "12:00"):
        send_aftercare(at=clock.now())
        question = Aftercare.objects.get(kind="question")
        assert question.state == "sent"
        path = "/" + settled_link(question.public_id).partition("//")[2].partition("/")[2]
        assert Client().post(path, {"settled": "no", "words": "The new one was dry"}).status_code == 200
    case.refresh_from_db()
    assert (case.status, case.reopened) == ("open", 1)
    assert not Aftercare.objects.filter(state="waiting").exists(), "no follow-up while it is open"

    with at("2026-11-25", "15:00"):
        mira = signed_in(team.mira.email)
        done = {"version": str(Case.objects.get().version), "cause": "product", "action": "Paid back", "told": "on"}
        assert mira.post(f"{page}resolve/", done).status_code == 302
    with at("2026-11-26", "16:00"):
        send_aftercare(at=clock.now())
        again = Aftercare.objects.get(kind="question", round=2)
        path = "/" + settled_link(again.public_id).partition("//")[2].partition("/")[2]
        Client().post(path, {"settled": "yes"})
    late = berlin("2026-11-25", "15:00") + timedelta(days=15)
    with clock.standing_at(late):
        send_aftercare(at=late)
        close_settled(at=late)
    follow_up = Aftercare.objects.get(kind="follow-up", round=2)
    assert follow_up.state == "sent" or follow_up.why == "gate_refused", follow_up.why
    case.refresh_from_db()
    assert (case.status, case.settled) == ("closed", True)
    assert Message.objects.filter(subject__startswith="Is it settled?").count() == 2
    assert verify(scope=cast.scope).faults == []
