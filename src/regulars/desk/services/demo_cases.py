"""The demo's cases: told step by step at their times, so that promises are kept, late and broken as they would have been."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from regulars.business.queries import Scope
from regulars.desk.rules import demo
from regulars.desk.rules.demo.cases import ARTICLES, CASES, QUEUES, DemoCase, Step
from regulars.desk.services.demo_mail import send_into_folder
from regulars.insight.services import look_for_warnings
from regulars.service.queries import Case
from regulars.service.services import (
    Answer,
    NewCase,
    NewGesture,
    Resolution,
    answer_case,
    approve_gesture,
    assign_case,
    close_settled,
    give,
    keep_promise,
    look_at_clocks,
    note_case,
    open_case,
    promise_in_case,
    reject_answer,
    resolve_case,
    save_article,
    say_settled,
    set_queue,
    wait_for_customer,
)
from regulars.staff.queries import employee_by_email

ACTOR = f"system:{demo.SOURCE}"


def load_demo_queues(*, business_id: int, at: datetime) -> None:
    """Queues and articles, before the first case comes. Joins the caller's transaction."""
    scope = Scope(business_id)
    for place, (name, natures) in enumerate(QUEUES):
        set_queue(
            scope=scope,
            name=name,
            natures=list(natures),
            mailboxes=[],
            branch_id=None,
            position=place,
            at=at - timedelta(days=120),
            actor=ACTOR,
        )
    for title, text in ARTICLES:
        save_article(scope=scope, title=title, text=text, natures=[], at=at - timedelta(days=90), actor=ACTOR)


def load_demo_cases(*, business_id: int, story: Sequence[demo.DemoCustomer], numbers: dict[str, int], at: datetime) -> int:
    """Tell all cases in the order of their steps, the clocks looked at before each. Returns how many cases. Joins the caller's transaction."""
    teller = Teller(Scope(business_id), at)
    people = [one for one in story if one.visits and one.joined_at < at - timedelta(days=100) and one.phones and one.emails]
    for one in CASES:
        near = _customers_near(_people_around(one.place), people)
        teller.plan(one, numbers[near[one.place % len(near)].number])
    teller.tell()
    close_settled(at=at, actor=ACTOR)
    look_for_warnings(business_id=business_id, at=at)
    look_at_clocks(at=at)
    return len(CASES)


class Teller:
    """Steps of many cases, told in the order of time up to now."""

    def __init__(self, scope: Scope, at: datetime) -> None:
        self.scope, self.at = scope, at
        self.steps: list[tuple[datetime, int, Callable[[], None]]] = []
        self.promised: dict[str, list[str]] = {}
        self.asked: dict[str, list[str]] = {}

    def plan(self, one: DemoCase, customer_id: int) -> None:
        """Put its beginning and each of its steps that lie in the past into the order."""
        began = (self.at.astimezone(ZoneInfo(demo.ZONE)) - timedelta(days=one.days)).replace(
            hour=one.hour, minute=5, second=0, microsecond=0
        )
        began = min(began.astimezone(self.at.tzinfo), self.at - timedelta(hours=1))
        found: list[Case] = []
        self._add(began, partial(self._open, one, customer_id, began, found))
        for number, step in enumerate(one.steps):
            when = began + timedelta(hours=step.hours)
            if when < self.at:
                self._add(when, partial(self._do, step, found, when, f"{one.place}-{one.days}-{number}"))

    def tell(self) -> None:
        """All in order."""
        for when, _place, act in sorted(self.steps, key=lambda one: one[:2]):
            look_at_clocks(at=when)
            act()
            look_for_warnings(business_id=self.scope.business_id, at=when)

    def _add(self, when: datetime, act: Callable[[], None]) -> None:
        self.steps.append((when, len(self.steps), act))

    def _open(self, one: DemoCase, customer_id: int, when: datetime, found: list[Case]) -> None:
        new = NewCase(
            subject=one.subject,
            text=one.text,
            channel=one.channel,
            nature=one.nature,
            topic=one.topic,
            priority=one.priority,
            remedy_asked=one.remedy,
            owner_id=_person(one.who) if one.who and one.in_person else None,
            staff_id=_person(one.who) if one.who and one.in_person else None,
            no_complaint="" if one.nature == "complaint" else "asked in passing",
        )
        key = f"{one.place}-{one.days}"
        found.append(
            open_case(scope=self.scope, customer_id=customer_id, new=new, at=when, actor=_actor(one.who), source=demo.SOURCE, key=key).case
        )

    def _do(self, step: Step, found: list[Case], when: datetime, key: str) -> None:
        scope, case, actor, me = self.scope, str(found[0].public_id), _actor(step.who), _person(step.who)
        answer = Answer(text=step.text, channel=step.kind if step.kind != "goodwill" else "email", staff_id=me)
        resolution = Resolution(cause=step.to, action=step.text, told=True)
        gesture = NewGesture(kind=step.kind, amount_minor=step.minor, words=step.text)
        acts: dict[str, Callable[[], object]] = {
            "answer": lambda: answer_case(scope=scope, public_id=case, answer=answer, version=None, key=key, at=when, actor=actor),
            "note": lambda: note_case(scope=scope, public_id=case, text=step.text, staff_id=me, key=key, at=when, actor=actor),
            "give": lambda: self._keep(
                self.asked,
                case,
                str(give(scope=scope, public_id=case, new=gesture, employee_id=me, key=f"demo:{key}", at=when, actor=actor).public_id),
            ),
            "approve": lambda: approve_gesture(
                scope=scope, public_id=self.asked[case][-1], employee_id=me, why=step.text, at=when, actor=actor
            ),
            "promise": lambda: self._keep(self.promised, case, self._promise(step, case, when, key)),
            "keep": lambda: keep_promise(scope=scope, public_id=case, promise=self.promised[case][-1], reached=True, at=when, actor=actor),
            "attempt": lambda: keep_promise(
                scope=scope, public_id=case, promise=self.promised[case][-1], reached=False, at=when, actor=actor
            ),
            "hand": lambda: assign_case(scope=scope, public_id=case, owner_id=_person(step.to), handover=step.text, at=when, actor=actor),
            "wait": lambda: wait_for_customer(scope=scope, public_id=case, at=when, actor=actor),
            "resolve": lambda: resolve_case(scope=scope, public_id=case, resolution=resolution, at=when, actor=actor),
            "reject": lambda: reject_answer(scope=scope, public_id=case, why=step.text, at=when, actor=actor),
            "say": lambda: say_settled(scope=scope, public_id=case, settled=step.text == "yes", words="", at=when),
        }
        acts[step.do]()
        if step.do == "answer" and answer.channel == "email":
            send_into_folder(at=min(when + timedelta(minutes=1), self.at))

    def _promise(self, step: Step, case: str, when: datetime, key: str) -> str:
        due_at = when + timedelta(hours=step.due - step.hours)
        return promise_in_case(
            scope=self.scope,
            public_id=case,
            what=step.text,
            due_at=due_at,
            staff_id=_person(step.who),
            at=when,
            actor=_actor(step.who),
            key=key,
        )[1]

    @staticmethod
    def _keep(kept: dict[str, list[str]], case: str, number: str) -> None:
        kept.setdefault(case, []).append(number)


def _people_around(place: int) -> set[str]:
    """Who has to do with the cases of the customer at a place of the story."""
    mine = [one for one in CASES if one.place == place]
    return {one.who for one in mine} | {who for one in mine for step in one.steps for who in (step.who, step.to)}


def _customers_near(who: set[str], people: list[demo.DemoCustomer]) -> list[demo.DemoCustomer]:
    """The customers whom all of these employees may see: of the branch of those who have only one."""
    branches = {one.branch for one in demo.STAFF if one.email.partition("@")[0] in who and one.branch}
    return [one for one in people if branches <= {one.branch}]


def _person(who: str) -> int:
    found = employee_by_email(email=f"{who}@fennel-rye.example")
    assert found is not None, who
    return found.pk


def _actor(who: str) -> str:
    return f"employee:{_person(who)}" if who else ACTOR
