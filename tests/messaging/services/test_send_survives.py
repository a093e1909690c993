"""kill -9 at each named point of sending: nothing is lost, marketing never doubled, orders repeated under one Message-ID."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from regulars.customers.services import NewCustomer, register_customer
from regulars.messaging.models import Message
from regulars.messaging.rules.mail import read_mail
from regulars.messaging.services import send_on, sending

from tests.cast import ACTOR, NOON, Cast
from tests.messaging.processes import child_database
from tests.messaging.services.conftest import sent
from tests.messaging.sink import Sink

pytestmark = pytest.mark.django_db(transaction=True)
SENDER = """
import os, signal, sys
import django
django.setup()
from datetime import UTC, datetime
from regulars.messaging.services import sending
point = sys.argv[1]
def die():
    os.kill(os.getpid(), signal.SIGKILL)
def after(name):
    true = getattr(sending, name)
    def act(*words):
        found = true(*words)
        die()
        return found
    setattr(sending, name, act)
def before(name):
    setattr(sending, name, lambda *words: die())
if point == "claimed":
    after("_claimed")
elif point == "in flight":
    before("_handed_over")
elif point == "handed over":
    after("_handed_over")
elif point == "settling":
    before("_confirm")
at = datetime(2026, 6, 15, 12, tzinfo=UTC)
if point == "lanes":
    from regulars.messaging.services import send_on
    send_on(owner=f"child:{os.getpid()}", now=lambda: at, goes_on=lambda: True, claim=6)
    sys.exit()
with sending.outlet(owner=f"child:{os.getpid()}") as through:
    while sending.send_due(through=through, now=lambda: at):
        pass
"""


def child(sink: Sink, point: str, connections: int = 2) -> subprocess.Popen[bytes]:
    variables = {
        "REGULARS_MAIL_URL": sink.url,
        "REGULARS_MAIL_FROM": "hello@fennel.example",
        "REGULARS_MAIL_CONNECTIONS": str(connections),
        "REGULARS_BASE_URL": "https://desk.fennel.example",
        "REGULARS_SECRET_KEY": settings.SECRET_KEY,
        **child_database(),
    }
    return subprocess.Popen([sys.executable, "-c", SENDER, point], env=os.environ | variables, stderr=subprocess.PIPE)


def let_leases_end() -> None:
    Message.objects.filter(leased_until__isnull=False).update(leased_until=Now() - timedelta(seconds=1))


def people(cast: Cast, count: int) -> list[object]:
    return [
        register_customer(
            business_id=cast.business.pk,
            who=NewCustomer(given_name=f"P{number}", contact_points=[("email", f"p{number}@mail.example")]),
            branch_id=None,
            at=NOON,
            actor=ACTOR,
        )
        for number in range(count)
    ]


@pytest.mark.parametrize("kind", ["offers", "transactional"])
@pytest.mark.parametrize("point", ["claimed", "in flight", "handed over", "settling"])
def test_20_a_sender_killed_at_a_named_point(
    cast: Cast, sink: Sink, written: Callable[..., Message], agreed: Callable[..., None], point: str, kind: str
) -> None:
    for one in people(cast, 6):
        agreed(customer=one)
        written(kind, "promotional" if kind == "offers" else "transactional", customer=one)
    process = child(sink, point)
    assert process.wait(60) == -signal.SIGKILL, process.stderr.read().decode()[-1500:]  # type: ignore[union-attr]
    let_leases_end()
    while sent():
        pass
    counted = Counter(one.recipients[0] for one in sink.taken)
    states = Counter(Message.objects.values_list("state", flat=True))
    if kind == "offers":
        assert max(counted.values()) == 1  # never twice
        lost = 2 if point in ("in flight", "handed over", "settling") else 0  # one for each connection
        assert states == Counter({"accepted": 6 - lost} | ({"uncertain": lost} if lost else {}))
        assert sum(counted.values()) == (4 if point == "in flight" else 6)
    else:
        assert len(counted) == 6  # nobody is left out
        assert states == Counter({"accepted": 6})
        ids = {address: {read_mail(one.content).message_id for one in sink.taken if one.recipients == [address]} for address in counted}
        assert all(len(found) == 1 for found in ids.values())


@pytest.mark.once
def test_20_ten_random_kills_double_nothing_and_name_what_is_uncertain(
    cast: Cast, sink: Sink, written: Callable[..., Message], agreed: Callable[..., None]
) -> None:
    for one in people(cast, 120):
        agreed(customer=one)
        written("offers", "promotional", customer=one)
    sink.delay_seconds = 0.01
    for round_number in range(10):
        process = child(sink, "none", connections=5)
        before = len(sink.taken)
        end = time.monotonic() + 20
        while len(sink.taken) < before + 3 + round_number and time.monotonic() < end and process.poll() is None:
            time.sleep(0.002)
        process.kill()
        process.wait(20)
        let_leases_end()
    sink.delay_seconds = 0
    while sent():
        pass
    counted = Counter(one.recipients[0] for one in sink.taken)
    assert max(counted.values()) == 1
    states = Counter(Message.objects.values_list("state", flat=True))
    assert set(states) <= {"accepted", "uncertain"}
    assert states["uncertain"] <= 10 * 5
    missing = set(Message.objects.values_list("address", flat=True)) - set(counted)
    assert missing <= set(Message.objects.filter(state="uncertain").values_list("address", flat=True))
    assert len(counted) + len(missing) == 120


def test_20_killed_with_its_lanes_side_by_side_it_doubles_nothing_and_leaves_no_more_in_flight_than_it_has_connections(
    cast: Cast, sink: Sink, written: Callable[..., Message], agreed: Callable[..., None]
) -> None:
    for one in people(cast, 60):
        agreed(customer=one)
        written("offers", "promotional", customer=one)
    sink.delay_seconds = 0.02
    for stop_at in (5, 20, 40):
        process = child(sink, "lanes", connections=5)
        end = time.monotonic() + 60
        while len(sink.taken) < stop_at and time.monotonic() < end:
            time.sleep(0.002)
        process.kill()
        process.wait(20)
        assert Message.objects.filter(state="in_flight").count() <= 5
        let_leases_end()
    sink.delay_seconds = 0
    while sent():
        pass
    counted = Counter(one.recipients[0] for one in sink.taken)
    assert max(counted.values()) == 1
    uncertain = set(Message.objects.filter(state="uncertain").values_list("address", flat=True))
    assert len(uncertain) <= 3 * 5
    assert len(set(counted) | uncertain) == 60
    assert Message.objects.filter(state="accepted").count() == 60 - len(uncertain)


def test_23_lanes_share_the_connections_and_send_each_message_once(
    cast: Cast, sink: Sink, written: Callable[..., Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "REGULARS", settings.REGULARS.model_copy(update={"mail_connections": 3}))
    for one in people(cast, 30):
        written(customer=one)
    sink.delay_seconds = 0.005
    assert send_on(owner="test", now=lambda: NOON, goes_on=lambda: True, claim=4) == 30
    assert Counter(one.recipients[0] for one in sink.taken) == Counter({f"p{number}@mail.example": 1 for number in range(30)})
    owners = {f"test:{place}" for place in range(2 if connection.vendor == "postgresql" else 1)}
    assert [way.owner for way in sending.outlets(owner="test", lanes=len(owners))] == sorted(owners)
    assert sink.connections <= 3
    assert sum(way.connections for way in sending.outlets(owner="test", lanes=2)) == 3


def test_what_a_crash_would_repeat_goes_out_several_on_a_connection_and_what_it_would_leave_uncertain_one_by_one(
    cast: Cast, sink: Sink, written: Callable[..., Message], agreed: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    flying: list[list[str]] = []
    hand_over = sending.hand_over_all

    def counted(pairs: Sequence[Any]) -> list[Any]:
        flying.append(list(Message.objects.filter(state="in_flight").values_list("contact_class", flat=True)))
        return hand_over(pairs)

    monkeypatch.setattr(sending, "hand_over_all", counted)
    for number, one in enumerate(people(cast, 24)):
        agreed(customer=one)
        written("transactional" if number < 12 else "offers", "transactional" if number < 12 else "promotional", customer=one)
    assert sent() == 24
    assert len(sink.taken) == 24
    assert max(len(classes) for classes in flying) == 2 * sending.ROUNDS, (
        "two connections, the first round alone to learn how long it takes"
    )
    assert max(len(classes) for classes in flying if "promotional" in classes) == 2


def test_when_the_mail_server_slows_down_the_rest_of_a_round_is_let_go_and_sent_later(
    cast: Cast, sink: Sink, written: Callable[..., Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "ROUNDS_SECONDS", 0.05)
    for one in people(cast, 9):
        written(customer=one)
    with sending.outlet(owner="test") as through:
        through.connections, through.rounds = 1, 3
        sink.delay_seconds = 0.06
        assert sending.send_due(through=through, now=lambda: NOON) == 9
        assert through.rounds == 1, "it has learned"
        left = Message.objects.filter(state="queued")
        assert len(sink.taken) == 7
        assert {(row.attempts, row.lease_owner) for row in left} == {(0, "")}
        assert left.count() == 2
        sink.delay_seconds = 0
        assert sending.send_due(through=through, now=lambda: NOON) == 2
    assert Counter(one.recipients[0] for one in sink.taken) == Counter({f"p{number}@mail.example": 1 for number in range(9)})


def test_23_a_fault_of_one_lane_travels_on_and_what_it_held_is_sent_later(
    cast: Cast, sink: Sink, written: Callable[..., Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    for one in people(cast, 12):
        written(customer=one)
    asked = iter([True])

    def goes_on() -> bool:
        if next(asked, False):
            raise RuntimeError("the lease is lost")
        return True

    with pytest.raises(RuntimeError, match="the lease is lost"):
        send_on(owner="test", now=lambda: NOON, goes_on=goes_on, claim=4)
    let_leases_end()
    while sent():
        pass
    assert len(sink.taken) == 12


def test_23_two_senders_at_once_send_each_message_once(cast: Cast, sink: Sink, written: Callable[..., Message]) -> None:
    for one in people(cast, 30):
        written(customer=one)
    sink.delay_seconds = 0.005

    def run() -> None:
        try:
            while sent():
                pass
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    while sent():
        pass
    assert Counter(one.recipients[0] for one in sink.taken) == Counter({f"p{number}@mail.example": 1 for number in range(30)})


@pytest.mark.parametrize(("script", "kind", "state", "copies"), [
    ({"dot": ["keep and drop"]}, "offers", "uncertain", 1),
    ({"dot": ["keep and drop"]}, "transactional", "accepted", 2),
    ({"dot": ["drop"]}, "offers", "uncertain", 0),
    ({"data": ["drop"]}, "offers", "accepted", 1),
    ({"greeting": ["drop"]}, "offers", "accepted", 1),
    ({"rcpt": ["421 4.3.2 shutting down"]}, "offers", "accepted", 1),
])  # fmt: skip
def test_a_line_that_breaks_is_judged_by_where_it_broke(
    cast: Cast,
    sink: Sink,
    written: Callable[..., Message],
    agreed: Callable[..., None],
    script: dict[str, list[str]],
    kind: str,
    state: str,
    copies: int,
) -> None:
    agreed()
    row = written(kind, "promotional" if kind == "offers" else "transactional")
    sink.answers.update(script)
    for minutes in (0, 5, 30):
        sent(NOON + timedelta(minutes=minutes))
    row.refresh_from_db()
    assert (row.state, len(sink.taken)) == (state, copies)
    assert len({read_mail(one.content).message_id for one in sink.taken}) <= 1


def test_a_late_sender_can_t_settle_what_another_took_over(cast: Cast, sink: Sink, written: Callable[..., Message], monkeypatch) -> None:  # type: ignore[no-untyped-def]
    from regulars.messaging.services import sending

    row = written()
    true = sending._handed_over

    def slow(*words):  # type: ignore[no-untyped-def]
        answers = true(*words)
        monkeypatch.setattr(sending, "_handed_over", true)
        let_leases_end()
        sent()  # another sender takes over and settles
        Message.objects.filter(pk=row.pk).update(reply_text="250 by the other")
        return answers

    monkeypatch.setattr(sending, "_handed_over", slow)
    sent()
    row.refresh_from_db()
    assert (row.state, row.reply_text) == ("accepted", "250 by the other")
