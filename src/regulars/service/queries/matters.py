"""A case as its customer sees it: how it stands and what they were promised by when, and nothing of what we say among us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from regulars.service.models import Case
from regulars.service.queries.telling import promises_by_stream
from regulars.service.rules.clocks import Metric, Standing

OWED = (Standing.RUNNING, Standing.OVERDUE, Standing.PAUSED)


@dataclass(frozen=True)
class MatterShown:
    """How a matter stands, in a sentence; what is owed until when, the earliest first: (what, due instant, whether it is past)."""

    case: Case
    sentence: str
    owed: list[tuple[str, datetime, bool]]


def matter_shown(*, case: Case, at: datetime) -> MatterShown:
    """What the customer's page shows at an instant: the same instants as the page of the staff."""
    sentences = {
        "open": _("We are working on it."),
        "waiting": _("We wait for your answer."),
        "resolved": _("We believe that it is settled. If it is not, just answer our message."),
        "closed": _("It is closed."),
    }
    _stream, promises = promises_by_stream(case=case, at=at)
    titles = {
        Metric.FIRST_ANSWER: _("Our first answer"),
        Metric.NEXT_ANSWER: _("Our answer to your last message"),
        Metric.RESOLUTION: _("Settled"),
        Metric.ANSWER_UNLESS_SETTLED: _("Our answer to the matter"),
        Metric.FINAL_ANSWER: _("Our final answer"),
    }
    owed = [
        (titles.get(one.clock.metric) or one.what, one.due_at, one.due_at < at)
        for one in promises
        if one.due_at is not None and one.standing in OWED
    ]
    return MatterShown(case, sentences.get(case.status, sentences["open"]), sorted(owed, key=lambda one: one[1]))
