"""Cases in the database: opened once, answered by one of two, resolved with cause and action, opened again or continued."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from regulars.contacts.models import Contact, Freeze
from regulars.messaging.models import Message
from regulars.service.models import Aftercare, Case, ClockRow, Entry, EventRow, Notice
from regulars.service.queries import case_shown
from regulars.service.services import (
    CaseChangedMeanwhile,
    CaseDone,
    CaseKeyTaken,
    CaseRefused,
    MergeRefused,
    NewCase,
    Resolution,
    ResolutionRefused,
    SoundsLikeComplaint,
    assign_case,
    classify_case,
    close_settled,
    keep_promise,
    look_at_clocks,
    merge_cases,
    note_case,
    open_case,
    promise_in_case,
    recompute,
    reject_answer,
    resolve_case,
    send_aftercare,
    split_case,
    unmerge_case,
    verify,
    wait_for_customer,
)
from regulars.staff.services import plan_leave

from tests.cast import Cast
from tests.service.laws_for_tests import TEXT, berlin
from tests.service.service_cast import MONDAY, NINE, TUESDAY, Team, answered, call_team, opened, put_in_force


@pytest.fixture
def team(cast: Cast) -> Team:
    return call_team(cast)


@pytest.mark.django_db
def test_opening_a_case_starts_its_promises_logs_the_contact_and_happens_once(team: Team) -> None:
    case = opened(team.cast)
    again = opened(team.cast)
    assert again.pk == case.pk
    clock = ClockRow.objects.get(case=case, key="first_answer:1")
    assert clock.due_at == berlin(MONDAY, "13:00") == Case.objects.get(pk=case.pk).due_at
    assert clock.paragraph == "1.3"
    assert Contact.objects.get(source="service").links == {"case": str(case.public_id)}
    with pytest.raises(CaseKeyTaken):
        opened(team.cast, subject="Something else")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"subject": " "}, "subject"),
        ({"text": ""}, "text"),
        ({"text": "x\x00"}, "text"),
        ({"channel": "pigeon"}, "channel"),
        ({"nature": "gossip"}, "nature"),
        ({"topic": "moon"}, "topic"),
        ({"priority": "very"}, "priority"),
        ({"happened_at": NINE + timedelta(hours=1)}, "happened_at"),
    ],
)
def test_a_case_that_is_none_is_refused_and_nothing_is_kept(team: Team, change: dict[str, object], field: str) -> None:
    with pytest.raises(CaseRefused) as refused:
        opened(team.cast, **change)
    assert field in refused.value.fields
    assert not Case.objects.exists()
    assert not EventRow.objects.exists()


@pytest.mark.django_db
def test_k2_what_sounds_like_a_complaint_is_one_or_somebody_says_why_not(team: Team) -> None:
    with pytest.raises(SoundsLikeComplaint):
        opened(team.cast, text="I'm unhappy with the charge.")
    case = opened(team.cast, text="I'm unhappy with the charge.", no_complaint="She was joking, we laughed.")
    assert EventRow.objects.get(case=case, seq=1).body["why"] == "She was joking, we laughed."
    assert not Freeze.objects.exists()


@pytest.mark.django_db
def test_r1_of_two_agents_with_the_same_version_one_mail_leaves(team: Team) -> None:
    case = opened(team.cast)
    answered(team.cast, case, at=NINE + timedelta(minutes=5), version=1)
    with pytest.raises(CaseChangedMeanwhile) as conflict:
        answered(team.cast, case, at=NINE + timedelta(minutes=5), version=1, text="Mine", key="a2")
    assert conflict.value.version > 1
    assert Message.objects.count() == 1
    assert Entry.objects.filter(kind="out").count() == 1


@pytest.mark.django_db
def test_the_same_answer_sent_twice_leaves_once(team: Team) -> None:
    case = opened(team.cast)
    for _turn in range(2):
        answered(team.cast, case, at=NINE + timedelta(minutes=5))
    assert Message.objects.count() == 1
    row = ClockRow.objects.get(case=case, key="first_answer:1")
    assert (row.is_open, row.how, row.ended_at) == (False, "kept", NINE + timedelta(minutes=5))


@pytest.mark.django_db
def test_a_note_is_for_us_and_stops_no_clock(team: Team) -> None:
    case = opened(team.cast)
    note_case(
        scope=team.cast.scope, public_id=str(case.public_id), text="She is a regular.", staff_id=team.mira.pk, key="n", at=NINE, actor="x"
    )
    assert ClockRow.objects.get(case=case, key="first_answer:1").is_open
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_whoever_answers_a_case_without_owner_has_it(team: Team) -> None:
    case = answered(team.cast, opened(team.cast), at=NINE, staff_id=team.mira.pk)
    assert Case.objects.get(pk=case.pk).owner_id == team.mira.pk


@pytest.mark.django_db
def test_b8_a_complaint_is_resolved_with_its_cause_and_what_was_done(team: Team) -> None:
    case = opened(team.cast, nature="complaint")
    assert Freeze.objects.filter(closed_at__isnull=True).count() == 1
    with pytest.raises(ResolutionRefused) as refused:
        resolve_case(scope=team.cast.scope, public_id=str(case.public_id), resolution=Resolution(), at=NINE, actor="x")
    assert set(refused.value.fields) == {"cause", "action"}
    done = resolve_case(
        scope=team.cast.scope,
        public_id=str(case.public_id),
        resolution=Resolution(cause="product", action="New rolls given", told=True),
        at=NINE + timedelta(hours=1),
        actor="x",
    )
    assert done.status == "resolved"
    assert not Freeze.objects.filter(closed_at__isnull=True).exists()
    assert {one.kind for one in done.aftercare.all()} == {"question", "follow-up"}


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "why"), [(13, "sent"), (15, "too_late")])
def test_a_follow_up_that_waited_too_long_is_not_sent(team: Team, days: int, why: str) -> None:
    """The program stood still for weeks: “some days ago we settled this” would be no care any more. The question is asked all the same."""
    case = opened(team.cast, nature="complaint")
    done = Resolution(cause="product", action="New rolls given", told=True)
    resolve_case(scope=team.cast.scope, public_id=str(case.public_id), resolution=done, at=NINE, actor="x")
    due = Aftercare.objects.get(case=case, kind="follow-up").due_at
    send_aftercare(at=due + timedelta(days=days))
    states = {one.kind: one.why or one.state for one in Aftercare.objects.filter(case=case)}
    assert states == {"question": "sent", "follow-up": why}


@pytest.mark.django_db
def test_k5_an_answer_that_is_not_accepted_goes_to_the_next_level_with_its_own_deadline(team: Team) -> None:
    case = opened(team.cast, nature="complaint")
    answered(team.cast, case, at=NINE, staff_id=team.mira.pk, decides=True)
    back = reject_answer(scope=team.cast.scope, public_id=str(case.public_id), why="Not enough", at=berlin(TUESDAY, "10:00"), actor="x")
    assert back.status == "open"
    assert back.owner_id == team.sven.pk
    clock = ClockRow.objects.get(case=case, key="answer_unless_settled:2")
    assert clock.is_open
    assert clock.due_at == berlin("2026-11-26", "17:00")


@pytest.mark.django_db
def test_s15_alarms_and_breaches_happen_once_each_and_the_customer_s_story_tells_it(team: Team) -> None:
    case = opened(team.cast, priority="high")
    for minutes in (91, 92, 121, 122, 300, 301):
        look_at_clocks(at=NINE + timedelta(minutes=minutes))
    rung = list(EventRow.objects.filter(case=case, what="alarmed").values_list("body__clock", "body__step"))
    assert rung == [("first_answer:1", "75%"), ("first_answer:1", "100%"), ("first_answer:1", "+2bh")]
    assert EventRow.objects.filter(case=case, what="breached").count() == 1
    assert {one.employee_id for one in Notice.objects.filter(kind="alarm")} == {team.sven.pk, team.maud.pk, team.cast.ines.pk}
    assert Case.objects.get(pk=case.pk).overdue
    resolve_case(
        scope=team.cast.scope, public_id=str(case.public_id), resolution=Resolution(told=True), at=NINE + timedelta(hours=6), actor="x"
    )
    before = EventRow.objects.filter(case=case, what="alarmed").count()
    look_at_clocks(at=NINE + timedelta(days=3))
    assert EventRow.objects.filter(case=case, what="alarmed").count() == before, "none after the resolution"


@pytest.mark.django_db
def test_s16_the_stand_in_of_an_absent_owner_is_told_and_the_deadline_stays(team: Team) -> None:
    from regulars.service.services.noticing import notice_stand_ins

    case = opened(team.cast, owner_id=team.mira.pk)
    plan_leave(
        employee=team.mira,
        from_on=NINE.date(),
        until_on=NINE.date() + timedelta(days=5),
        at=NINE - timedelta(days=3),
        actor="x",
    )
    before = Case.objects.get(pk=case.pk).due_at
    notice_stand_ins(case=case, at=NINE + timedelta(hours=1))
    assert {one.employee_id for one in Notice.objects.filter(kind="stand-in")} == {team.sven.pk}
    case.refresh_from_db()
    assert case.owner_id == team.mira.pk
    assert case.due_at == before


@pytest.mark.django_db
def test_o1_a_promise_of_the_staff_an_attempt_keeps_it_open_and_late_is_late(team: Team) -> None:
    case = opened(team.cast)
    noon = berlin(TUESDAY, "12:00")
    _case, promise = promise_in_case(
        scope=team.cast.scope, public_id=str(case.public_id), what="Call", due_at=noon, staff_id=team.mira.pk, at=NINE, actor="x", key="p"
    )
    keep_promise(
        scope=team.cast.scope, public_id=str(case.public_id), promise=promise, reached=False, at=noon - timedelta(minutes=2), actor="x"
    )
    look_at_clocks(at=noon)
    assert not ClockRow.objects.get(key=f"own:{promise}").breached
    look_at_clocks(at=noon + timedelta(seconds=1))
    keep_promise(
        scope=team.cast.scope, public_id=str(case.public_id), promise=promise, reached=True, at=noon + timedelta(minutes=5), actor="x"
    )
    row = ClockRow.objects.get(key=f"own:{promise}")
    assert (row.is_open, row.breached, row.ended_at) == (False, True, noon + timedelta(minutes=5))


@pytest.mark.django_db
def test_r7_r6_merging_is_a_pointer_and_can_be_undone(team: Team) -> None:
    one, two = opened(team.cast, at=NINE), opened(team.cast, at=berlin(TUESDAY, "09:00"), key="k2", subject="Again")
    merge_cases(scope=team.cast.scope, public_id=str(one.public_id), into=f"#{two.pk}", at=berlin(TUESDAY, "09:30"), actor="x")
    one.refresh_from_db(), two.refresh_from_db()
    assert one.status == "merged"
    assert ClockRow.objects.get(case=two, key="first_answer:1").due_at == berlin(MONDAY, "13:00")
    with pytest.raises(CaseDone):
        answered(team.cast, one, at=berlin(TUESDAY, "10:00"))
    unmerge_case(scope=team.cast.scope, public_id=str(one.public_id), at=berlin(TUESDAY, "11:00"), actor="x")
    one.refresh_from_db()
    assert one.status == "open"
    assert one.entries.count() == 1
    assert ClockRow.objects.get(case=one, key="first_answer:1").due_at == berlin(MONDAY, "13:00")
    assert ClockRow.objects.get(case=two, key="first_answer:1").due_at == berlin(TUESDAY, "13:00"), "its own, later start"
    assert verify(scope=team.cast.scope).faults == []


@pytest.mark.django_db
def test_r6_what_arrived_at_the_other_case_stays_there_and_a_longer_chain_is_undone_from_its_end(team: Team) -> None:
    one, two, three = (opened(team.cast, key=key, subject=key) for key in ("k1", "k2", "k3"))
    for case, into in ((one, two), (two, three)):
        merge_cases(scope=team.cast.scope, public_id=str(case.public_id), into=str(into.public_id), at=NINE, actor="x")
    with pytest.raises(MergeRefused):
        unmerge_case(scope=team.cast.scope, public_id=str(one.public_id), at=NINE, actor="x")
    note_case(scope=team.cast.scope, public_id=str(three.public_id), text="For both", staff_id=None, key="n", at=NINE, actor="x")
    for case in (two, one):
        unmerge_case(scope=team.cast.scope, public_id=str(case.public_id), at=NINE + timedelta(hours=1), actor="x")
    assert [row.entries.count() for row in (one, two, three)] == [1, 1, 2]
    assert set(Case.objects.values_list("status", flat=True)) == {"open"}
    with pytest.raises(MergeRefused):
        unmerge_case(scope=team.cast.scope, public_id=str(one.public_id), at=NINE, actor="x")
    assert verify(scope=team.cast.scope).faults == []


@pytest.mark.django_db
def test_r8_a_split_message_starts_a_case_at_its_receipt(team: Team) -> None:
    case = opened(team.cast)
    second = Entry.objects.create(case=case, at=NINE + timedelta(hours=1), kind="in", channel="email", text="And where is my order?")
    new = split_case(
        scope=team.cast.scope,
        public_id=str(case.public_id),
        entry=str(second.public_id),
        subject="Order",
        at=NINE + timedelta(hours=3),
        actor="x",
    )
    assert new.opened_at == NINE + timedelta(hours=1)
    assert list(new.entries.values_list("text", flat=True)) == ["And where is my order?"]
    assert not Message.objects.exists(), "nothing is acknowledged"
    assert Contact.objects.count() == 1, "what was said stands in the log already"
    assert new.links.get().other_id == case.pk


@pytest.mark.django_db
def test_c15_a_new_holiday_moves_the_open_ones_and_leaves_the_closed_ones(team: Team) -> None:
    still = opened(team.cast)
    done = opened(team.cast, key="k2", subject="Done")
    resolve_case(
        scope=team.cast.scope, public_id=str(done.public_id), resolution=Resolution(told=True), at=NINE + timedelta(hours=1), actor="x"
    )
    kept = ClockRow.objects.get(case=done, key="resolution:1").due_at
    put_in_force(team.cast, TEXT.replace('zone = "Europe/Berlin"', f'zone = "Europe/Berlin"\nholidays = ["{MONDAY}"]'), minor=1, at=NINE)
    outcome = recompute(scope=team.cast.scope, at=NINE + timedelta(hours=2))
    assert (outcome.cases, outcome.applied) == (1, 1)
    assert ClockRow.objects.get(case=still, key="first_answer:1").due_at == berlin(TUESDAY, "13:00")
    assert ClockRow.objects.get(case=done, key="resolution:1").due_at == kept
    assert verify(scope=team.cast.scope).faults == []


@pytest.mark.django_db
def test_w3_another_major_version_leaves_open_cases_unless_it_says_otherwise(team: Team) -> None:
    opened(team.cast)
    other = TEXT.replace('first_answer = "4bh"', 'first_answer = "6bh"')
    put_in_force(team.cast, other, major=2, at=NINE)
    assert recompute(scope=team.cast.scope, at=NINE).applied == 0
    put_in_force(team.cast, 'open_cases = "move"\n' + other.lstrip(), major=3, at=NINE)
    assert recompute(scope=team.cast.scope, at=NINE + timedelta(minutes=1)).applied == 1
    assert ClockRow.objects.get(key="first_answer:1").due_at == berlin(MONDAY, "15:00")


@pytest.mark.django_db
def test_w3_a_case_of_two_minutes_to_midnight_ends_under_its_version_and_the_explanation_names_the_paragraph(team: Team) -> None:
    created = berlin("2026-12-14", "23:50")
    put_in_force(team.cast, TEXT, major=2, at=NINE)
    put_in_force(team.cast, TEXT.replace('first_answer = "4bh"', 'first_answer = "1bh"'), major=3, at=berlin("2026-12-15", "00:00"))
    case = opened(team.cast, at=created)
    recompute(scope=team.cast.scope, at=berlin("2026-12-15", "09:00"))
    shown = case_shown(scope=team.cast.scope, case=Case.objects.get(pk=case.pk), at=berlin("2026-12-15", "10:00"))
    first = next(one for one in shown.promises if one.key == "first_answer:1")
    assert (first.version, first.paragraph, first.due_at) == ("2.0", "1.3", berlin("2026-12-15", "13:00"))
    done = resolve_case(
        scope=team.cast.scope, public_id=str(case.public_id), resolution=Resolution(told=True), at=berlin("2026-12-16", "12:00"), actor="x"
    )
    assert {str(row.policy) for row in ClockRow.objects.filter(case=done)} == {"2.0"}


@pytest.mark.django_db
def test_k1_third_business_day_else_eight_weeks_by_the_holidays_of_london(team: Team) -> None:
    days = "\n".join(f'{day} = [["09:00", "17:00"]]' for day in ("mon", "tue", "wed", "thu", "fri"))
    text = f"""
title = "Complaints"
language = "en"
[calendars.london]
zone = "Europe/London"
holidays = ["2026-12-25", "2026-12-28"]
[calendars.london.weekly]
{days}
[[levels]]
paragraph = "1.1"
text = "Third business day, else eight weeks."
calendar = "london"
answer_unless_settled = "3bd-close"
final_answer = "8w-close"
"""
    put_in_force(team.cast, text, major=2, at=NINE)
    london = ZoneInfo("Europe/London")
    case = opened(team.cast, nature="complaint", at=datetime(2026, 12, 23, 11, tzinfo=london))
    short, final = (ClockRow.objects.get(case=case, key=f"{metric}:1") for metric in ("answer_unless_settled", "final_answer"))
    assert (short.due_at, final.due_at) == (datetime(2026, 12, 30, 17, tzinfo=london), datetime(2027, 2, 17, 17, tzinfo=london))
    look_at_clocks(at=datetime(2026, 12, 31, 12, tzinfo=london))
    assert not ClockRow.objects.get(pk=short.pk).breached, "the short way is over; the final answer is what is owed now"
    look_at_clocks(at=datetime(2027, 2, 18, 12, tzinfo=london))
    assert ClockRow.objects.get(pk=final.pk).breached


@pytest.mark.django_db
def test_verify_finds_a_projection_that_was_tampered_with(team: Team) -> None:
    case = opened(team.cast)
    assert verify(scope=team.cast.scope).faults == []
    Case.objects.filter(pk=case.pk).update(priority="low")
    ClockRow.objects.filter(case=case, key="resolution:1").update(due_at=NINE)
    assert {(number, place) for number, place, _is, _should in verify(scope=team.cast.scope).faults} == {
        (case.pk, "priority"),
        (case.pk, "resolution:1.due_at"),
    }


@pytest.mark.django_db
def test_the_stream_can_t_be_changed_or_shortened(team: Team) -> None:
    from django.db import DatabaseError, transaction

    case = opened(team.cast)
    for act in (lambda: EventRow.objects.filter(case=case).update(what="closed"), lambda: EventRow.objects.filter(case=case).delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


@pytest.mark.django_db
def test_when_the_grace_is_over_a_resolved_case_is_closed(team: Team) -> None:
    case = opened(team.cast)
    resolve_case(scope=team.cast.scope, public_id=str(case.public_id), resolution=Resolution(told=True), at=NINE, actor="x")
    assert close_settled(at=NINE + timedelta(days=13)) == 0
    assert close_settled(at=NINE + timedelta(days=14)) == 1
    case.refresh_from_db()
    assert case.status == "closed"


@pytest.mark.django_db
def test_steering_is_written_down_and_waiting_rests_the_clocks(team: Team) -> None:
    case = opened(team.cast)
    assign_case(
        scope=team.cast.scope, public_id=str(case.public_id), owner_id=team.noor.pk, handover="She knows the flour", at=NINE, actor="x"
    )
    classify_case(scope=team.cast.scope, public_id=str(case.public_id), priority="high", at=NINE, actor="x")
    wait_for_customer(scope=team.cast.scope, public_id=str(case.public_id), at=NINE, actor="x")
    case.refresh_from_db()
    assert (case.owner_id, case.priority, case.status, case.due_at) == (team.noor.pk, "high", "waiting", None)
    assert EventRow.objects.get(case=case, what="assigned").body["why"] == "She knows the flour"


@pytest.mark.django_db
def test_a_case_of_another_business_does_not_exist(team: Team) -> None:
    from regulars.groundwork.kernel.refusals import NotFound

    new = NewCase(subject="x", text="x", channel="email", nature="question")
    from regulars.business.queries import Scope

    with pytest.raises(NotFound):
        open_case(scope=Scope(team.cast.other.pk), customer_id=team.cast.ada.pk, new=new, at=NINE, actor="x", key="z")
