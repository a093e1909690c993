"""What can happen to a case. The stream of happenings is the truth; everything else about a case can be worked out from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

RULES = 1  # grows when the same happenings are to be read differently; kept in each stream's first line


class What(StrEnum):
    """Kinds of happenings; the words stand in the database and in the API for ever."""

    OPENED = "opened"
    CUSTOMER_WROTE = "customer_wrote"
    COURTESY = "courtesy"  # a thank-you: no work, no clock
    ACKNOWLEDGED = "acknowledged"  # by machine: no clock stops
    ANSWERED = "answered"
    NOTED = "noted"
    WAITING_BEGAN = "waiting_began"
    WAITING_ENDED = "waiting_ended"
    CLASSIFIED = "classified"
    ASSIGNED = "assigned"
    SNOOZED = "snoozed"
    WOKEN = "woken"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    REJECTED = "rejected"  # the customer does not accept the answer: the next level has it
    CLOSED = "closed"
    PROMISED = "promised"
    ATTEMPTED = "attempted"  # tried to keep a promise and reached nobody
    KEPT = "kept"
    WITHDRAWN = "withdrawn"
    POLICY_APPLIED = "policy_applied"
    BREACHED = "breached"
    ALARMED = "alarmed"
    ABSORBED = "absorbed"  # another case was merged into this one
    MERGED = "merged"
    UNMERGED = "unmerged"
    GAVE_BACK = "gave_back"  # a case that was merged into this one stands on its own again
    SPLIT_OFF = "split_off"
    LINKED = "linked"
    GESTURE = "gesture"
    ASKED = "asked"  # whether it is settled
    SAID_YES = "said_yes"
    SAID_NO = "said_no"
    NOT_DELIVERED = "not_delivered"
    MAIL_REFUSED = "mail_refused"  # somebody wrote in the name of one of us: mail proves nobody, so nothing was done
    FELL_SILENT = "fell_silent"  # a working day without a step of ours: owner and supervisors were warned


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a case's stream. `at`: when it counts (a mail's receipt, though it was read later); `seq`: its place in the stream."""

    seq: int
    at: datetime
    what: What
    actor: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)
