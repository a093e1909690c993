"""What a case is after all that happened to it: a pure function of its happenings and the versions of the policy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from regulars.policy.queries import Level, level_for
from regulars.service.rules.clocks import OF_LEVEL, Clock, Ended, Laws, Metric, Timing, timing_of
from regulars.service.rules.happenings import Happening


class Status(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    WAITING = "waiting"  # for the customer
    RESOLVED = "resolved"  # an answer within the grace opens it again
    CLOSED = "closed"
    MERGED = "merged"


UNDONE = (Status.OPEN, Status.WAITING)


@dataclass(slots=True)
class CaseState:
    """The case as its stream tells it. Instants are UTC; people by their internal number."""

    status: Status = Status.OPEN
    nature: str = ""
    topic: str = ""
    channel: str = ""
    priority: str = "normal"
    traits: Mapping[str, str] = field(default_factory=dict)
    version_id: int | None = None
    paragraph: str = ""
    queue_id: int | None = None
    owner_id: int | None = None
    hands: list[int] = field(default_factory=list)
    opened_at: datetime | None = None
    counts_from: datetime | None = None
    customer_at: datetime | None = None
    unanswered_since: datetime | None = None
    first_answered_at: datetime | None = None
    answered_at: datetime | None = None
    waiting_since: datetime | None = None
    snoozed_until: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    reopened: int = 0
    rejected: int = 0
    settled: bool | None = None
    breached: set[str] = field(default_factory=set)
    rung: set[str] = field(default_factory=set)
    clocks: list[Clock] = field(default_factory=list)
    seq: int = 0

    @property
    def level_metrics(self) -> list[Clock]:
        """The clocks that come from the policy."""
        return [one for one in self.clocks if one.metric is not Metric.OWN]

    def clock(self, key: str) -> Clock | None:
        """One of its clocks."""
        return next((one for one in self.clocks if one.key == key), None)


def level_of(state: CaseState, laws: Laws) -> Level | None:
    """The paragraph that holds for the case as it is."""
    if state.version_id is None:
        return None
    policy = laws.law(state.version_id).policy
    return level_for(policy, nature=state.nature, priority=state.priority, channel=state.channel, traits=state.traits)


def timings_of(state: CaseState, laws: Laws) -> dict[str, Timing]:
    """Each clock's due instant and next alarm, by its key."""
    levels: dict[tuple[int, str], Level] = {}
    found = {}
    for clock in state.clocks:
        level = None
        if clock.version_id is not None and clock.open:
            place = (clock.version_id, clock.paragraph)
            if place not in levels:
                levels[place] = next(one for one in laws.law(place[0]).policy.levels if one.paragraph == place[1])
            level = levels[place]
        found[clock.key] = timing_of(clock, level, laws, frozenset(state.rung))
    return found


def replay(happenings: Iterable[Happening], laws: Laws) -> CaseState:
    """Work the state out from the first happening to the last."""
    story = Story(laws)
    for one in happenings:
        story.take(one)
    return story.state


class Story:
    """A state on its way through the stream: `take` one happening after the other."""

    def __init__(self, laws: Laws) -> None:
        self.laws = laws
        self.state = CaseState()

    def take(self, one: Happening) -> None:
        """What this happening changes."""
        change: Callable[[Happening], None] | None = getattr(self, f"_{one.what.value}", None)
        if change is not None:
            change(one)
        self.state.seq = one.seq

    def _opened(self, one: Happening) -> None:
        state, body = self.state, one.body
        state.nature, state.topic, state.channel = body["nature"], body.get("topic", ""), body["channel"]
        state.priority, state.traits = body.get("priority", "normal"), body.get("traits", {})
        state.version_id, state.queue_id = body.get("policy"), body.get("queue")
        state.opened_at = state.counts_from = one.at
        if body.get("owner"):
            state.owner_id = body["owner"]
            state.hands.append(body["owner"])
        if body.get("from_customer", True):
            state.customer_at = state.unanswered_since = one.at
            self._start_promised(one)
            if body.get("in_person"):  # whoever talks with them has answered
                self._answer(one)

    def _customer_wrote(self, one: Happening) -> None:
        state = self.state
        self._waiting_ended(one)
        state.customer_at = one.at
        if state.unanswered_since is None or one.at < state.unanswered_since:
            state.unanswered_since = one.at
        if state.status in UNDONE and state.first_answered_at is not None and self._open(Metric.NEXT_ANSWER) is None:
            self._start(Metric.NEXT_ANSWER, state.unanswered_since, one)

    def _courtesy(self, one: Happening) -> None:
        self.state.customer_at = one.at

    def _answered(self, one: Happening) -> None:
        self._answer(one)
        if one.body.get("decides"):
            self._end(Metric.ANSWER_UNLESS_SETTLED, one)
            self._end(Metric.FINAL_ANSWER, one)

    def _answer(self, one: Happening) -> None:
        state = self.state
        state.answered_at, state.unanswered_since = one.at, None
        if state.first_answered_at is None:
            state.first_answered_at = one.at
            self._end(Metric.FIRST_ANSWER, one)
        self._end(Metric.NEXT_ANSWER, one)

    def _waiting_began(self, one: Happening) -> None:
        state = self.state
        if state.status is Status.OPEN:
            state.status, state.waiting_since = Status.WAITING, one.at
            self._each_open(lambda clock: replace(clock, paused_since=one.at).marked(one.at, "paused", one.seq))

    def _waiting_ended(self, one: Happening) -> None:
        state = self.state
        if state.status is Status.WAITING:
            state.status, state.waiting_since = Status.OPEN, None
            self._each_open(lambda clock: _resumed(clock, one))
        state.snoozed_until = None

    def _classified(self, one: Happening) -> None:
        state, body = self.state, one.body
        state.nature = body.get("nature", state.nature)
        state.topic = body.get("topic", state.topic)
        state.priority = body.get("priority", state.priority)
        self._apply_level(one)

    def _policy_applied(self, one: Happening) -> None:
        self.state.version_id = one.body["policy"]
        self._apply_level(one)

    def _assigned(self, one: Happening) -> None:
        state, body = self.state, one.body
        if "queue" in body:
            state.queue_id = body["queue"]
        if "owner" in body:
            state.owner_id = body["owner"]
            if body["owner"] and (not state.hands or state.hands[-1] != body["owner"]):
                state.hands.append(body["owner"])

    def _snoozed(self, one: Happening) -> None:
        self.state.snoozed_until = datetime.fromisoformat(one.body["until"])

    def _woken(self, one: Happening) -> None:
        self.state.snoozed_until = None

    def _resolved(self, one: Happening) -> None:
        state = self.state
        self._waiting_ended(one)
        state.status, state.resolved_at, state.unanswered_since = Status.RESOLVED, one.at, None
        for metric in (Metric.RESOLUTION, Metric.ANSWER_UNLESS_SETTLED, Metric.FINAL_ANSWER):
            self._end(metric, one)
        if state.first_answered_at is None and one.body.get("told"):
            self._answer(one)
        for metric in (Metric.NEXT_ANSWER, Metric.FIRST_ANSWER):
            self._end(metric, one, Ended.CANCELLED)

    def _reopened(self, one: Happening) -> None:
        state = self.state
        before, state.resolved_at, state.closed_at = state.resolved_at, None, None
        state.status = Status.OPEN
        state.reopened += 1
        state.settled = None
        if one.body.get("from_customer"):
            state.customer_at = state.unanswered_since = one.at
        self._continue(Metric.RESOLUTION, before, one)
        self._continue(Metric.FINAL_ANSWER, before, one)
        if state.unanswered_since is not None:
            self._start(Metric.NEXT_ANSWER if state.first_answered_at else Metric.FIRST_ANSWER, state.unanswered_since, one)

    def _rejected(self, one: Happening) -> None:
        self._reopened(one)
        self.state.reopened -= 1
        self.state.rejected += 1
        self._start(Metric.ANSWER_UNLESS_SETTLED, one.at, one)

    def _closed(self, one: Happening) -> None:
        state = self.state
        state.status, state.closed_at = Status.CLOSED, one.at
        self._cancel_all(one)

    def _merged(self, one: Happening) -> None:
        self.state.status = Status.MERGED
        self._cancel_all(one)

    def _unmerged(self, one: Happening) -> None:
        state = self.state
        state.status, state.resolved_at, state.closed_at = Status.OPEN, None, None
        self._start_promised(one, at=state.counts_from)

    def _absorbed(self, one: Happening) -> None:
        """The clocks keep the earlier start."""
        state, began = self.state, datetime.fromisoformat(one.body["opened_at"])
        if state.counts_from is None or began < state.counts_from:
            state.counts_from = began
            self._each_open(
                lambda clock: (
                    replace(clock, started_at=min(began, clock.started_at)).marked(one.at, "applied", one.seq)
                    if clock.metric is not Metric.NEXT_ANSWER
                    else clock
                )
            )
        if one.body.get("unanswered_since"):
            asked = datetime.fromisoformat(one.body["unanswered_since"])
            state.unanswered_since = min(asked, state.unanswered_since or asked)
            if state.status in UNDONE and state.first_answered_at is not None and self._open(Metric.NEXT_ANSWER) is None:
                self._start(Metric.NEXT_ANSWER, state.unanswered_since, one)

    def _promised(self, one: Happening) -> None:
        body = one.body
        clock = Clock(
            metric=Metric.OWN,
            instance=1,
            started_at=one.at,
            own=body["promise"],
            what=body["what"],
            staff_id=body.get("staff"),
            given_due_at=datetime.fromisoformat(body["due_at"]),
        )
        self.state.clocks.append(clock.marked(one.at, "activated", one.seq))

    def _attempted(self, one: Happening) -> None:
        self._of_promise(one, lambda clock: replace(clock, attempts=clock.attempts + 1).marked(one.at, "attempted", one.seq))

    def _kept(self, one: Happening) -> None:
        self._of_promise(one, lambda clock: replace(clock, ended=Ended.KEPT, ended_at=one.at).marked(one.at, "fulfilled", one.seq))

    def _withdrawn(self, one: Happening) -> None:
        self._of_promise(one, lambda clock: replace(clock, ended=Ended.CANCELLED, ended_at=one.at).marked(one.at, "cancelled", one.seq))

    def _breached(self, one: Happening) -> None:
        key = one.body["clock"]
        self.state.breached.add(key)
        self._each(lambda clock: clock.marked(one.at, "breached", one.seq) if clock.key == key else clock)

    def _alarmed(self, one: Happening) -> None:
        self.state.rung.add(f"{one.body['clock']}|{one.body['step']}")

    def _said_yes(self, one: Happening) -> None:
        self.state.settled = True

    def _said_no(self, one: Happening) -> None:
        self.state.settled = False

    # ── clocks ──

    def _promises(self) -> Level | None:
        return level_of(self.state, self.laws)

    def _start_promised(self, one: Happening, at: datetime | None = None) -> None:
        level = self._promises()
        self.state.paragraph = level.paragraph if level else ""
        for metric in OF_LEVEL:
            if metric is not Metric.NEXT_ANSWER and not (metric is Metric.FIRST_ANSWER and self.state.first_answered_at):
                self._start(metric, at or one.at, one)

    def _start(self, metric: Metric, at: datetime, one: Happening) -> None:
        level = self._promises()
        target = getattr(level, metric.value) if level else None
        if level is None or target is None or self._open(metric) is not None:
            return
        instance = 1 + sum(clock.metric is metric for clock in self.state.clocks)
        clock = Clock(
            metric=metric,
            instance=instance,
            started_at=at,
            version_id=self.state.version_id,
            paragraph=level.paragraph,
            calendar=level.calendar,
            target=target,
            paused_since=self.state.waiting_since,
            has_final=level.final_answer is not None,
        )
        self.state.clocks.append(clock.marked(at, "activated", one.seq))

    def _continue(self, metric: Metric, since: datetime | None, one: Happening) -> None:
        """Reopening goes on with the total: a new instance from the old start, the time in between resting."""
        old = next((clock for clock in reversed(self.state.clocks) if clock.metric is metric), None)
        if old is None or old.open or since is None:
            return
        self._start(metric, old.started_at, one)
        if self.state.clocks[-1].metric is metric and self.state.clocks[-1].open:
            pauses = (*old.pauses, (since, max(since, one.at)))
            self.state.clocks[-1] = replace(self.state.clocks[-1], pauses=pauses)

    def _apply_level(self, one: Happening) -> None:
        """Another paragraph or version holds from now on: open clocks keep start and pauses and get its target."""
        level = self._promises()
        state = self.state
        state.paragraph = level.paragraph if level else ""

        def applied(clock: Clock) -> Clock:
            target = getattr(level, clock.metric.value) if level else None
            if level is None or target is None:
                return replace(clock, ended=Ended.CANCELLED, ended_at=one.at, paused_since=None).marked(one.at, "cancelled", one.seq)
            same = (clock.version_id, clock.paragraph, clock.target) == (state.version_id, level.paragraph, target)
            new = replace(
                clock,
                version_id=state.version_id,
                paragraph=level.paragraph,
                calendar=level.calendar,
                target=target,
                has_final=level.final_answer is not None,
            )
            return new if same else new.marked(one.at, "applied", one.seq)

        self._each_open(applied)
        if level is None or state.status not in UNDONE or state.counts_from is None:
            return
        for metric in (Metric.RESOLUTION, Metric.ANSWER_UNLESS_SETTLED, Metric.FINAL_ANSWER):
            if not any(clock.metric is metric and clock.ended is not Ended.CANCELLED for clock in state.clocks):
                self._start(metric, state.counts_from, one)
        if state.unanswered_since is not None:
            self._start(Metric.NEXT_ANSWER if state.first_answered_at else Metric.FIRST_ANSWER, state.unanswered_since, one)

    def _open(self, metric: Metric) -> Clock | None:
        return next((clock for clock in self.state.clocks if clock.metric is metric and clock.open), None)

    def _end(self, metric: Metric, one: Happening, how: Ended = Ended.KEPT) -> None:
        word = "fulfilled" if how is Ended.KEPT else "cancelled"
        self._each_open(lambda clock: _ended(clock, one, how).marked(one.at, word, one.seq) if clock.metric is metric else clock)

    def _cancel_all(self, one: Happening) -> None:
        self._each_open(lambda clock: _ended(clock, one, Ended.CANCELLED).marked(one.at, "cancelled", one.seq))

    def _each(self, change: Callable[[Clock], Clock]) -> None:
        self.state.clocks = [change(clock) for clock in self.state.clocks]

    def _each_open(self, change: Callable[[Clock], Clock]) -> None:
        self._each(lambda clock: change(clock) if clock.open and clock.metric is not Metric.OWN else clock)

    def _of_promise(self, one: Happening, change: Callable[[Clock], Clock]) -> None:
        self._each(lambda clock: change(clock) if clock.metric is Metric.OWN and clock.own == one.body["promise"] and clock.open else clock)


def _resumed(clock: Clock, one: Happening) -> Clock:
    if clock.paused_since is None:
        return clock
    pauses = (*clock.pauses, (clock.paused_since, max(clock.paused_since, one.at)))
    return replace(clock, pauses=pauses, paused_since=None).marked(one.at, "resumed", one.seq)


def _ended(clock: Clock, one: Happening, how: Ended) -> Clock:
    return replace(_resumed(clock, one), ended=how, ended_at=one.at)
