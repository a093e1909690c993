"""Cases S1 to S15 and W3: what a case is, and which of its promises run, rest, are kept or broken, out of its happenings."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.service.rules.clocks import Metric, Standing, due_of, standing_of
from regulars.service.rules.happenings import Happening, What
from regulars.service.rules.replaying import replay
from regulars.service.rules.states import CaseState, Status, timings_of

from tests.service.laws_for_tests import TEXT, berlin, laws

MONDAY, TUESDAY, WEDNESDAY = "2026-11-23", "2026-11-24", "2026-11-25"


class Stream:
    """Happenings one after the other, as tests tell them."""

    def __init__(self, at: datetime, **body: Any) -> None:
        self.rows = [Happening(1, at, What.OPENED, "x", {"nature": "question", "channel": "email", "policy": 1} | body)]

    def then(self, what: What, at: datetime, /, **body: Any) -> Stream:
        self.rows.append(Happening(len(self.rows) + 1, at, what, "x", body))
        return self

    def state(self) -> CaseState:
        return replay(self.rows, laws())


def due(state: CaseState, key: str) -> datetime | None:
    return timings_of(state, laws())[key].due_at


def standing(state: CaseState, key: str, now: datetime) -> Standing:
    clock = state.clock(key)
    assert clock is not None
    return standing_of(clock, due(state, key), now)


def test_s1_waiting_for_the_customer_pauses_the_resolution() -> None:
    stream = Stream(berlin(MONDAY, "10:00"), priority="high").then(What.ANSWERED, berlin(MONDAY, "11:00"))
    stream.then(What.WAITING_BEGAN, berlin(MONDAY, "12:00"))
    assert due(stream.state(), "resolution:1") is None, "while it rests nobody knows"
    stream.then(What.WAITING_ENDED, berlin(WEDNESDAY, "10:00"))
    assert due(stream.state(), "resolution:1") == berlin(WEDNESDAY, "16:00")


def test_s2_a_pause_outside_working_time_moves_nothing() -> None:
    stream = Stream(berlin(MONDAY, "10:00"), priority="high").then(What.WAITING_BEGAN, berlin(MONDAY, "17:30"))
    stream.then(What.WAITING_ENDED, berlin(TUESDAY, "08:00"))
    assert due(stream.state(), "resolution:1") == berlin(TUESDAY, "10:00")


def test_s4_raised_in_priority_the_clock_keeps_its_start() -> None:
    stream = Stream(berlin(MONDAY, "09:00")).then(What.CLASSIFIED, berlin(MONDAY, "14:00"), priority="high")
    state = stream.state()
    clock = state.clock("resolution:1")
    assert clock is not None
    assert clock.paragraph == "1.1"
    assert due(state, "resolution:1") == berlin(MONDAY, "17:00")
    assert [one.what for one in clock.marks] == ["activated", "applied"]


def test_s5_the_next_answer_is_not_owed_before_the_first() -> None:
    stream = Stream(berlin(MONDAY, "09:00")).then(What.CUSTOMER_WROTE, berlin(MONDAY, "09:10"))
    state = stream.state()
    assert state.clock("next_answer:1") is None
    assert due(state, "first_answer:1") == berlin(MONDAY, "13:00")


@pytest.mark.parametrize("what", [What.NOTED, What.ACKNOWLEDGED, What.GESTURE, What.ASSIGNED])
def test_s7_notes_machines_and_handovers_stop_no_clock(what: What) -> None:
    state = Stream(berlin(MONDAY, "09:00")).then(what, berlin(MONDAY, "09:05"), owner=3).state()
    assert standing(state, "first_answer:1", berlin(MONDAY, "10:00")) is Standing.RUNNING


def test_s8_resolving_cancels_the_next_answer() -> None:
    stream = Stream(berlin(MONDAY, "09:00")).then(What.ANSWERED, berlin(MONDAY, "09:30")).then(What.CUSTOMER_WROTE, berlin(MONDAY, "10:00"))
    assert standing(stream.state(), "next_answer:1", berlin(MONDAY, "10:30")) is Standing.RUNNING
    stream.then(What.RESOLVED, berlin(MONDAY, "10:30"))
    assert standing(stream.state(), "next_answer:1", berlin(MONDAY, "12:00")) is Standing.CANCELLED


def test_s9_in_the_second_in_which_it_falls_due_it_is_kept() -> None:
    stream = Stream(berlin(MONDAY, "09:00")).then(What.ANSWERED, berlin(MONDAY, "13:00"))
    assert standing(stream.state(), "first_answer:1", berlin(TUESDAY, "09:00")) is Standing.KEPT
    late = Stream(berlin(MONDAY, "09:00")).then(What.ANSWERED, berlin(MONDAY, "13:00") + timedelta(microseconds=1))
    assert standing(late.state(), "first_answer:1", berlin(TUESDAY, "09:00")) is Standing.KEPT_LATE


def test_s12_a_pause_ends_when_the_mail_was_received_not_when_it_was_read() -> None:
    stream = Stream(berlin(MONDAY, "09:00")).then(What.ANSWERED, berlin(MONDAY, "09:30")).then(What.WAITING_BEGAN, berlin(MONDAY, "10:00"))
    stream.then(What.CUSTOMER_WROTE, berlin(MONDAY, "11:00"))  # written down at 11:40, counted from 11:00
    state = stream.state()
    assert state.status is Status.OPEN
    assert due(state, "next_answer:1") == berlin(MONDAY, "12:00")
    resolution = state.clock("resolution:1")
    assert resolution is not None
    assert resolution.pauses == ((berlin(MONDAY, "10:00"), berlin(MONDAY, "11:00")),)


def test_the_next_answer_counts_from_the_oldest_unanswered_message_and_each_is_a_clock_of_its_own() -> None:
    stream = Stream(berlin(MONDAY, "09:00")).then(What.ANSWERED, berlin(MONDAY, "09:30"))
    stream.then(What.CUSTOMER_WROTE, berlin(MONDAY, "10:00")).then(What.CUSTOMER_WROTE, berlin(MONDAY, "10:40"))
    assert due(stream.state(), "next_answer:1") == berlin(MONDAY, "11:00")
    stream.then(What.ANSWERED, berlin(MONDAY, "10:50")).then(What.CUSTOMER_WROTE, berlin(MONDAY, "12:00"))
    state = stream.state()
    assert standing(state, "next_answer:1", berlin(MONDAY, "16:00")) is Standing.KEPT
    assert due(state, "next_answer:2") == berlin(MONDAY, "13:00")


def test_opening_again_goes_on_with_the_total() -> None:
    stream = Stream(berlin(MONDAY, "09:00"), priority="high").then(What.RESOLVED, berlin(MONDAY, "12:00"), told=True)
    stream.then(What.REOPENED, berlin(TUESDAY, "12:00"), from_customer=True)
    state = stream.state()
    assert state.reopened == 1
    assert state.status is Status.OPEN
    assert standing(state, "resolution:1", berlin(TUESDAY, "12:00")) is Standing.KEPT
    assert due(state, "resolution:2") == berlin(TUESDAY, "17:00"), "three of eight hours were used; the rest runs from Tuesday noon"
    assert due(state, "next_answer:1") == berlin(TUESDAY, "13:00")


def test_s14_another_paragraph_keeps_all_that_happened() -> None:
    stream = Stream(berlin(MONDAY, "09:00")).then(What.ANSWERED, berlin(MONDAY, "10:00"))
    stream.then(What.CLASSIFIED, berlin(MONDAY, "11:00"), nature="complaint")
    state = stream.state()
    assert state.paragraph == "1.2"
    assert standing(state, "first_answer:1", berlin(MONDAY, "12:00")) is Standing.KEPT
    assert standing(state, "resolution:1", berlin(MONDAY, "12:00")) is Standing.CANCELLED, "complaints are not promised a resolution"
    assert due(state, "answer_unless_settled:1") == berlin(WEDNESDAY, "17:00")


def test_s14_of_two_that_match_the_first_by_position_wins_and_a_switch_is_written_down() -> None:
    state = Stream(berlin(MONDAY, "09:00"), nature="complaint", priority="high").state()
    assert state.paragraph == "1.1", "1.2 fits as well, and stands below it"
    stream = Stream(berlin(MONDAY, "09:00"), nature="complaint", priority="high").then(What.NOTED, berlin(MONDAY, "09:10"))
    switched = stream.then(What.CLASSIFIED, berlin(MONDAY, "09:20"), priority="normal").state()
    clock = switched.clock("first_answer:1")
    assert clock is not None
    assert (switched.paragraph, clock.paragraph, clock.started_at) == ("1.2", "1.2", berlin(MONDAY, "09:00"))
    assert [(mark.what, mark.seq) for mark in clock.marks] == [("activated", 1), ("applied", 3)]


def test_s15_alarms_ring_before_at_and_after_and_each_once() -> None:
    stream = Stream(berlin(MONDAY, "09:00"), priority="high")
    seen = []
    for _turn in range(4):
        timing = timings_of(stream.state(), laws())["first_answer:1"]
        if timing.alarm is None:
            break
        assert timing.alarm_at is not None
        seen.append((timing.alarm.at, timing.alarm.to, timing.alarm_at))
        stream.then(What.ALARMED, timing.alarm_at, clock="first_answer:1", step=timing.alarm.at)
    assert seen == [
        ("75%", "supervisor", berlin(MONDAY, "10:30")),
        ("100%", "manager", berlin(MONDAY, "11:00")),
        ("+2bh", "executive", berlin(MONDAY, "13:00")),
    ]
    done = stream.then(What.RESOLVED, berlin(MONDAY, "14:00"), told=True).state()
    assert timings_of(done, laws())["first_answer:1"].alarm is None


def test_w3_a_case_stays_under_the_version_it_began_under_until_another_is_applied() -> None:
    other = TEXT.replace('first_answer = "4bh"', 'first_answer = "6bh"')
    rows = Stream(berlin("2026-12-14", "10:00")).rows
    book = laws(TEXT, other)
    assert timings_of(replay(rows, book), book)["first_answer:1"].due_at == berlin("2026-12-14", "14:00")
    rows.append(Happening(2, berlin("2026-12-14", "12:00"), What.POLICY_APPLIED, "x", {"policy": 2}))
    state = replay(rows, book)
    clock = state.clock("first_answer:1")
    assert clock is not None
    assert clock.version_id == 2
    assert due_of(clock, book) == berlin("2026-12-14", "16:00")


def test_o1_an_attempt_keeps_nothing_and_late_is_late() -> None:
    stream = Stream(berlin(MONDAY, "09:00"))
    stream.then(What.PROMISED, berlin(MONDAY, "10:00"), promise="p", what="call", due_at=berlin(TUESDAY, "12:00").isoformat(), staff=7)
    stream.then(What.ATTEMPTED, berlin(TUESDAY, "11:58"), promise="p")
    assert standing(stream.state(), "own:p", berlin(TUESDAY, "11:59")) is Standing.RUNNING
    stream.then(What.KEPT, berlin(TUESDAY, "12:05"), promise="p")
    assert standing(stream.state(), "own:p", berlin(WEDNESDAY, "09:00")) is Standing.KEPT_LATE


def test_r7_the_case_that_takes_another_in_keeps_the_earlier_start() -> None:
    stream = Stream(berlin(TUESDAY, "10:00"))
    stream.then(What.ABSORBED, berlin(TUESDAY, "10:30"), case=9, opened_at=berlin(MONDAY, "16:00").isoformat(), unanswered_since=None)
    assert due(stream.state(), "first_answer:1") == berlin(TUESDAY, "12:00")


def test_r6_taken_apart_again_the_other_case_has_its_own_later_start_and_the_first_its_own_clocks() -> None:
    home = Stream(berlin(TUESDAY, "10:00"))
    other = {"case": 9, "opened_at": berlin(MONDAY, "16:00").isoformat(), "unanswered_since": berlin(MONDAY, "16:00").isoformat()}
    home.then(What.ABSORBED, berlin(TUESDAY, "10:30"), **other)
    assert (home.state().counts_from, home.state().unanswered_since) == (berlin(MONDAY, "16:00"), berlin(MONDAY, "16:00"))
    state = home.then(What.GAVE_BACK, berlin(TUESDAY, "11:00"), case=9).state()
    assert (due(state, "first_answer:1"), due(state, "resolution:1")) == (berlin(TUESDAY, "14:00"), berlin("2026-11-26", "10:00"))
    assert (state.counts_from, state.unanswered_since) == (berlin(TUESDAY, "10:00"), berlin(TUESDAY, "10:00"))

    leaving = Stream(berlin(MONDAY, "09:00"), priority="high").then(What.ANSWERED, berlin(MONDAY, "10:00"))
    leaving.then(What.WAITING_BEGAN, berlin(MONDAY, "11:00")).then(What.WAITING_ENDED, berlin(MONDAY, "13:00"))
    before = leaving.state()
    leaving.then(What.MERGED, berlin(MONDAY, "14:00"), into=8)
    assert not [clock for clock in leaving.state().clocks if clock.open]
    after = leaving.then(What.UNMERGED, berlin(MONDAY, "15:00")).state()
    assert (after.status, due(after, "resolution:1")) == (before.status, due(before, "resolution:1")), (
        "its pause of two hours counts as before"
    )
    assert [clock.key for clock in after.clocks] == [clock.key for clock in before.clocks]


def test_r6_of_two_cases_taken_in_the_earlier_goes_and_the_other_s_start_stays() -> None:
    home = Stream(berlin(WEDNESDAY, "10:00"))
    for case, since in ((8, berlin(TUESDAY, "10:00")), (9, berlin(MONDAY, "10:00"))):
        home.then(What.ABSORBED, berlin(WEDNESDAY, "10:05"), case=case, opened_at=since.isoformat(), unanswered_since=since.isoformat())
    assert due(home.state(), "first_answer:1") == berlin(MONDAY, "14:00")
    home.then(What.GAVE_BACK, berlin(WEDNESDAY, "10:10"), case=9)
    assert due(home.state(), "first_answer:1") == berlin(TUESDAY, "14:00")
    home.then(What.CLASSIFIED, berlin(WEDNESDAY, "10:20"), priority="high").then(What.GAVE_BACK, berlin(WEDNESDAY, "10:30"), case=8)
    assert due(home.state(), "first_answer:1") == berlin(WEDNESDAY, "12:00")


def test_r6_a_next_answer_that_only_the_other_case_waited_for_is_no_longer_owed() -> None:
    home = Stream(berlin(MONDAY, "09:00")).then(What.ANSWERED, berlin(MONDAY, "09:30"))
    other = {"case": 9, "opened_at": berlin(MONDAY, "11:00").isoformat(), "unanswered_since": berlin(MONDAY, "11:00").isoformat()}
    home.then(What.ABSORBED, berlin(MONDAY, "11:30"), **other)
    assert due(home.state(), "next_answer:1") == berlin(MONDAY, "12:00")
    state = home.then(What.GAVE_BACK, berlin(MONDAY, "11:45"), case=9).state()
    assert standing(state, "next_answer:1", berlin(MONDAY, "12:30")) is Standing.CANCELLED
    assert state.unanswered_since is None


def test_who_talks_with_the_customer_has_answered() -> None:
    state = Stream(berlin(MONDAY, "09:00"), channel="phone", in_person=True).state()
    assert standing(state, "first_answer:1", berlin(TUESDAY, "09:00")) is Standing.KEPT


def test_a_version_without_a_fitting_paragraph_promises_nothing() -> None:
    state = replay([Happening(1, berlin(MONDAY, "09:00"), What.OPENED, "x", {"nature": "q", "channel": "email", "policy": None})], laws())
    assert state.clocks == []
    assert state.paragraph == ""


def test_a_calendar_that_runs_out_stops_nobody() -> None:
    """Two working days in all, and sixteen hours promised from the second on: nothing falls due, and the case can be told."""
    week = TEXT[TEXT.index("weekly") : TEXT.index("[[levels]]")]
    book = laws(TEXT.replace(week, f'exceptions = {{ "{MONDAY}" = [["09:00", "17:00"]], "{TUESDAY}" = [["09:00", "17:00"]] }}\n'))
    state = replay(Stream(berlin(TUESDAY, "09:00")).rows, book)
    timings = timings_of(state, book)
    assert timings["first_answer:1"].due_at == berlin(TUESDAY, "13:00")
    assert timings["resolution:1"].due_at is None


TURNS = [
    What.CUSTOMER_WROTE, What.ANSWERED, What.NOTED, What.WAITING_BEGAN, What.WAITING_ENDED, What.RESOLVED, What.REOPENED, What.REJECTED, What.CLOSED,
    What.COURTESY, What.CLASSIFIED,
]  # fmt: skip


@settings(deadline=None)  # a stream of 25 is replayed 26 times
@given(st.lists(st.tuples(st.sampled_from(TURNS), st.integers(0, 4000), st.sampled_from(["low", "high"])), max_size=25))
def test_whatever_happens_the_state_holds_together(turns: list[tuple[What, int, str]]) -> None:
    """At most one open clock of each metric; what ended ended after it began; a case that is over owes nothing; the replay is repeatable."""
    stream, at = Stream(berlin(MONDAY, "09:00")), berlin(MONDAY, "09:00")
    for what, minutes, priority in turns:
        at += timedelta(minutes=minutes)
        before = stream.state()
        if what in (What.REOPENED, What.REJECTED) and before.status not in (Status.RESOLVED, Status.CLOSED):
            continue
        if what in (What.RESOLVED, What.ANSWERED, What.WAITING_BEGAN) and before.status not in (Status.OPEN, Status.WAITING):
            continue
        stream.then(what, at, **({"priority": priority} if what is What.CLASSIFIED else {}))
    state = stream.state()
    for metric in Metric:
        assert sum(clock.metric is metric and clock.open for clock in state.clocks) <= 1
    for clock in state.clocks:
        assert clock.ended_at is None or clock.ended_at >= clock.started_at
        assert all(first <= last for first, last in clock.pauses)
    if state.status in (Status.RESOLVED, Status.CLOSED):
        assert not any(clock.open for clock in state.clocks)
    assert stream.state() == state
