"""What somebody of the staff promises by themselves in a case: “I'll call by noon”."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid5

from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.groundwork.kernel.ids import new_id, parsed
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.service.models import Case
from regulars.service.rules.clocks import Clock
from regulars.service.rules.happenings import What
from regulars.service.services.writing import CaseWriter, writing

FARTHEST = timedelta(days=3 * 366)


class CasePromiseRefused(Refusal):
    code = "promise_refused"

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence, fields={field: sentence})


class PromiseEnded(Refusal):
    code = "promise_ended"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("This promise was kept or withdrawn before."))


def promise_in_case(
    *, scope: Scope, public_id: str, what: str, due_at: datetime, staff_id: int | None, at: datetime, actor: str, key: str = ""
) -> tuple[Case, str]:
    """Promise the customer something by an instant. Returns the case and the promise's id; the same key again the same one.

    Raises NotFound, CasePromiseRefused.
    """
    what = what.strip()
    if not 0 < len(what) <= 200:
        raise CasePromiseRefused("what", _("Say in up to 200 characters what was promised."))
    if due_at.tzinfo is None:
        raise CasePromiseRefused("due_at", _("The instant needs its offset from UTC."))
    if not at < due_at < at + FARTHEST:
        raise CasePromiseRefused("due_at", _("A promise is due in the future, within three years."))
    with writing(scope=scope, public_id=public_id, at=at, actor=actor) as writer:
        writer.expect_status("open", "waiting", "resolved")
        promise = str(uuid5(writer.case.public_id, key) if key else new_id())
        writer.add(
            What.PROMISED, {"promise": promise, "what": what, "due_at": due_at.isoformat(), "staff": staff_id}, key=f"promise:{promise}"
        )
    return writer.case, promise


def keep_promise(*, scope: Scope, public_id: str, promise: str, reached: bool, at: datetime, actor: str) -> Case:
    """O1: it was kept now (late when after its due instant); without `reached` it was an attempt and stays open.

    Raises NotFound, PromiseEnded.
    """
    with writing(scope=scope, public_id=public_id, at=at, actor=actor) as writer:
        _open_promise(writer, promise)
        writer.add(What.KEPT if reached else What.ATTEMPTED, {"promise": promise})
    return writer.case


def withdraw_promise(*, scope: Scope, public_id: str, promise: str, why: str, at: datetime, actor: str) -> Case:
    """The customer no longer wants it, or it can't be kept: with the reason. Raises NotFound, PromiseEnded, CasePromiseRefused."""
    if not 0 < len(why.strip()) <= 200:
        raise CasePromiseRefused("why", _("Say in up to 200 characters why."))
    with writing(scope=scope, public_id=public_id, at=at, actor=actor) as writer:
        _open_promise(writer, promise)
        writer.add(What.WITHDRAWN, {"promise": promise, "why": why.strip()})
    return writer.case


def _open_promise(writer: CaseWriter, promise: str) -> Clock:
    clock = writer.state.clock(f"own:{promise}") if parsed(promise) else None
    if clock is None:
        raise NotFound(_("There is no such promise in this case."))
    if not clock.open:
        raise PromiseEnded
    return clock
