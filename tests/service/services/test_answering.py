"""What an answer is to the gate: within a conversation that the customer opened, each reply passes at once."""

from __future__ import annotations

import pytest

from regulars.messaging.models import Message

from tests.cast import Cast
from tests.service.laws_for_tests import berlin
from tests.service.service_cast import MONDAY, answered, call_team, opened

EVENING, LATER = berlin(MONDAY, "21:10"), berlin(MONDAY, "21:20")


@pytest.mark.django_db
@pytest.mark.parametrize("first", ["email", "phone"])
def test_a_second_answer_of_the_evening_waits_for_no_morning(cast: Cast, first: str) -> None:
    call_team(cast)
    case = opened(cast, at=EVENING)
    answered(cast, case, at=EVENING, text="We look into it.", channel=first, key="1")
    answered(cast, case, at=LATER, text="Your rolls are replaced.", key="2")
    last = Message.objects.latest("pk")
    assert (last.contact_class, last.due_at) == ("reply", LATER)
