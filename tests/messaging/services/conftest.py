"""A sink to send to, and short words for writing and sending."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings

from regulars.customers.services import record_consent
from regulars.messaging.models import Message
from regulars.messaging.rules.sending import Pace
from regulars.messaging.services import Letter, sending, write_message

from tests.cast import ACTOR, NOON, Cast
from tests.messaging.sink import Sink


@pytest.fixture
def sink(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    """A mail server, and settings that send there."""
    found = Sink()
    monkeypatch.setattr(settings.REGULARS, "mail_url", found.url)
    monkeypatch.setattr(settings.REGULARS, "mail_from", "hello@fennel.example")
    monkeypatch.setattr(settings.REGULARS, "mail_connections", 2)
    monkeypatch.setattr(settings, "BASE_URL", "https://desk.fennel.example")
    monkeypatch.setattr(sending, "_PACE", Pace(per_minute=0))
    yield found
    found.close()


@pytest.fixture
def written(cast: Cast) -> Callable[..., Message]:
    """Write a message to Ada: `written("offers", "promotional")`."""

    def write(purpose: str = "transactional", contact_class: str = "transactional", **more: Any) -> Message:
        options = {"subject": "Your bread", "body": "Hello {given_name|there}, it is ready.", **more}
        key, at, customer = options.pop("key", ""), options.pop("at", NOON), options.pop("customer", cast.ada)
        letter = Letter(purpose=purpose, contact_class=contact_class, **options)
        count = Message.objects.count()
        return write_message(scope=cast.scope, customer=customer, letter=letter, key=key or f"key-{count}", at=at, actor=ACTOR).message

    return write


@pytest.fixture
def agreed(cast: Cast) -> Callable[..., None]:
    """Ada agreed to offers."""

    def agree(purpose: str = "offers", customer: Any = None) -> None:
        record_consent(
            scope=cast.scope,
            customer_id=(customer or cast.ada).pk,
            channel="email",
            purpose=purpose,
            given=True,
            text_version="test-1",
            source="form",
            proof={"form": "paper"},
            at=NOON,
            actor=ACTOR,
        )

    return agree


def sent(at: datetime = NOON) -> int:
    """Send what is due at an instant."""
    with sending.outlet(owner="test") as through:
        return sending.send_due(through=through, now=lambda: at)
