"""What a case is after all that happened to it: a pure function of its happenings and the versions of the policy."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from regulars.policy.queries import Level
from regulars.service.rules.clocks import OF_LEVEL, Clock, Ended, Laws, Mark, Metric
from regulars.service.rules.happenings import Happening, What
from regulars.service.rules.states import UNDONE, CaseState, Status, level_of

STEPS = frozenset(
    {
        What.ANSWERED,
        What.NOTED,
        What.CLASSIFIED,
        What.ASSIGNED,
        What.SNOOZED,
        What.WOKEN,
        What.PROMISED,
        What.ATTEMPTED,
        What.KEPT,
        What.WITHDRAWN,
    }
    | {What.GESTURE, What.REOPENED, What.REJECTED, What.SPLIT_OFF, What.ABSORBED, What.UNMERGED}
)  # what somebody of ours does to get on with a case


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
        if one.what in STEPS and not one.actor.startswith("system:") and "mail" not in one.body:
            self.state.step_at = one.at
        self.state.seq = one.seq

    def _opened(self, one: Happening) -> None:
        state, body = self.state, one.body
        state.nature, state.topic, state.channel = body["nature"], body.get("topic", ""), body["channel"]
        state.priority, state.traits = body.get("priority", "normal"), body.get("traits", {})
        state.version_id, state.queue_id = body.get("policy"), body.get("queue")
        state.opened_at = state.counts_from = state.step_at = one.at
        if body.get("owner"):
            state.owner_id = body["owner"]
            state.hands.append(body["owner"])
        if body.get("from_customer", True):
            state.customer_at = one.at
            self._waits_since(one.at)
            self._start_promised(one)
            if body.get("in_person"):  # whoever talks with them has answered
                self._answer(one)

    def _customer_wrote(self, one: Happening) -> None:
        state = self.state
        self._waiting_ended(one)
        state.customer_at = one.at
        self._waits_since(one.at)
        assert state.unanswered_since is not None
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
        state.answered_at = one.at
        self._waits_no_more()
        if state.first_answered_at is None:
            state.first_answered_at = one.at
            self._end(Metric.FIRST_ANSWER, one)
        self._end(Metric.NEXT_ANSWER, one)

    def _waiting_began(self, one: Happening) -> None:
        state = self.state
        if state.status is Status.OPEN:
            state.status, state.waiting_since = Status.WAITING, one.at
            self._each_open(lambda clock: clock.marked(one.at, "paused", one.seq, paused_since=one.at))

    def _waiting_ended(self, one: Happening) -> None:
        state = self.state
        if state.status is Status.WAITING:
            state.status, state.waiting_since, state.step_at = Status.OPEN, None, one.at
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
        state.status, state.resolved_at = Status.RESOLVED, one.at
        self._waits_no_more()
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
        state.settled, state.step_at = None, one.at
        if one.body.get("from_customer"):
            state.customer_at = one.at
            self._waits_since(one.at)
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
        self.state.set_aside = (self.state.status, tuple(self.state.clocks))
        self.state.status = Status.MERGED
        self._cancel_all(one)

    def _unmerged(self, one: Happening) -> None:
        """R6: as it was before, each clock with its own start and pauses; what people promised goes on as it is."""
        state = self.state
        if state.set_aside is None:
            return
        state.status, before = state.set_aside
        known = {clock.key: clock for clock in before if clock.open and clock.metric is not Metric.OWN}
        self._each(lambda clock: known[clock.key].marked(one.at, "resumed", one.seq) if clock.key in known else clock)
        state.set_aside = None

    def _absorbed(self, one: Happening) -> None:
        """The clocks keep the earlier start."""
        state, case, began = self.state, one.body["case"], datetime.fromisoformat(one.body["opened_at"])
        state.absorbed[case] = began
        self._count_anew()
        if state.opened_at is None or began < state.opened_at:
            self._each_open(lambda clock: _lent(clock, case, began, one) if clock.metric is not Metric.NEXT_ANSWER else clock)
        if one.body.get("unanswered_since"):
            state.lent_unanswered[case] = datetime.fromisoformat(one.body["unanswered_since"])
            self._count_anew()
            assert state.unanswered_since is not None
            self._shift_next_answer(one)
            if state.status in UNDONE and state.first_answered_at is not None and self._open(Metric.NEXT_ANSWER) is None:
                self._start(Metric.NEXT_ANSWER, state.unanswered_since, one)

    def _gave_back(self, one: Happening) -> None:
        """R6: without the other case the clocks have their own, later start; what arrived here meanwhile stays."""
        state, case = self.state, one.body["case"]
        state.absorbed.pop(case, None)
        state.lent_unanswered.pop(case, None)
        self._count_anew()
        self._each_open(lambda clock: _taken_back(clock, case, one))
        self._shift_next_answer(one)

    def _shift_next_answer(self, one: Happening) -> None:
        """The next answer is owed from the oldest message that nobody answered; to nobody when there is none."""
        since = self.state.unanswered_since
        if since is None:
            self._end(Metric.NEXT_ANSWER, one, Ended.CANCELLED)
            return
        self._each_open(
            lambda clock: (
                clock.marked(one.at, "applied", one.seq, started_at=since)
                if clock.metric is Metric.NEXT_ANSWER and clock.started_at != since
                else clock
            )
        )

    def _waits_since(self, at: datetime) -> None:
        state = self.state
        state.own_unanswered = min(at, state.own_unanswered or at)
        self._count_anew()

    def _waits_no_more(self) -> None:
        self.state.own_unanswered, self.state.lent_unanswered = None, {}
        self._count_anew()

    def _count_anew(self) -> None:
        """Since when the case counts, and since when somebody waits for an answer, cases merged into it included."""
        state = self.state
        state.counts_from = min((one for one in (state.opened_at, *state.absorbed.values()) if one is not None), default=None)
        waits = (state.own_unanswered, *state.lent_unanswered.values())
        state.unanswered_since = min((one for one in waits if one is not None), default=None)

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
        self._of_promise(one, lambda clock: clock.marked(one.at, "attempted", one.seq, attempts=clock.attempts + 1))

    def _kept(self, one: Happening) -> None:
        self._of_promise(one, lambda clock: clock.marked(one.at, "fulfilled", one.seq, ended=Ended.KEPT, ended_at=one.at))

    def _withdrawn(self, one: Happening) -> None:
        self._of_promise(one, lambda clock: clock.marked(one.at, "cancelled", one.seq, ended=Ended.CANCELLED, ended_at=one.at))

    def _breached(self, one: Happening) -> None:
        key = one.body["clock"]
        self.state.breached.add(key)
        self._each(lambda clock: clock.marked(one.at, "breached", one.seq) if clock.key == key else clock)

    def _alarmed(self, one: Happening) -> None:
        self.state.rung.add(f"{one.body['clock']}|{one.body['step']}")

    def _fell_silent(self, one: Happening) -> None:
        self.state.silent_since = self.state.step_at

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
                self._start_by(level, metric, at or one.at, one)

    def _start(self, metric: Metric, at: datetime, one: Happening) -> None:
        self._start_by(self._promises(), metric, at, one)

    def _start_by(self, level: Level | None, metric: Metric, at: datetime, one: Happening) -> None:
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
            marks=(Mark(at, "activated", one.seq),),
            has_final=level.final_answer is not None,
        )
        state = self.state
        if metric is not Metric.NEXT_ANSWER and at == state.counts_from and state.opened_at is not None:
            clock = clock.changed(lent=tuple(state.absorbed.items()), began_at=state.opened_at)
        state.clocks.append(clock)

    def _continue(self, metric: Metric, since: datetime | None, one: Happening) -> None:
        """Reopening goes on with the total: a new instance from the old start, the time in between resting."""
        old = next((clock for clock in reversed(self.state.clocks) if clock.metric is metric), None)
        if old is None or old.open or since is None:
            return
        for case, _since in old.lent:
            old = old if case in self.state.absorbed else old.without_lent(case)
        self._start(metric, old.started_at, one)
        if self.state.clocks[-1].metric is metric and self.state.clocks[-1].open:
            pauses = (*old.pauses, (since, max(since, one.at)))
            self.state.clocks[-1] = self.state.clocks[-1].changed(pauses=pauses, lent=old.lent, began_at=old.began_at)

    def _apply_level(self, one: Happening) -> None:
        """Another paragraph or version holds from now on: open clocks keep start and pauses and get its target."""
        level = self._promises()
        state = self.state
        state.paragraph = level.paragraph if level else ""

        def applied(clock: Clock) -> Clock:
            target = getattr(level, clock.metric.value) if level else None
            if level is None or target is None:
                return clock.marked(one.at, "cancelled", one.seq, ended=Ended.CANCELLED, ended_at=one.at, paused_since=None)
            same = (clock.version_id, clock.paragraph, clock.target) == (state.version_id, level.paragraph, target)
            marks = clock.marks if same else (*clock.marks, Mark(one.at, "applied", one.seq))
            return clock.changed(
                version_id=state.version_id,
                paragraph=level.paragraph,
                calendar=level.calendar,
                target=target,
                has_final=level.final_answer is not None,
                marks=marks,
            )

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
        self._each_open(lambda clock: _ended(clock, one, how, word) if clock.metric is metric else clock)

    def _cancel_all(self, one: Happening) -> None:
        self._each_open(lambda clock: _ended(clock, one, Ended.CANCELLED, "cancelled"))

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
    return clock.marked(one.at, "resumed", one.seq, pauses=pauses, paused_since=None)


def _ended(clock: Clock, one: Happening, how: Ended, word: str) -> Clock:
    return _resumed(clock, one).marked(one.at, word, one.seq, ended=how, ended_at=one.at)


def _lent(clock: Clock, case: int, began: datetime, one: Happening) -> Clock:
    lent = clock.with_lent(case, began)
    return lent if lent.started_at == clock.started_at else lent.marked(one.at, "applied", one.seq)


def _taken_back(clock: Clock, case: int, one: Happening) -> Clock:
    own = clock.without_lent(case)
    return own if own.started_at == clock.started_at else own.marked(one.at, "applied", one.seq)
