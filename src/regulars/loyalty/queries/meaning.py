"""What a document would change for members, and from when it may begin (P9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.business.queries import Scope
from regulars.loyalty.models import Account, Membership, Program
from regulars.loyalty.queries.programs import document_of, program_coded, versions_of
from regulars.loyalty.rules.document import Program as Document
from regulars.loyalty.rules.judging import Bearing, Judged, first_day_after, judged_changes, notice_ends, worst

REASONS: dict[str, str | Promise] = {
    "active_later": gettext_lazy("what is earned can be spent later"),
    "active_sooner": gettext_lazy("what is earned can be spent sooner"),
    "added": gettext_lazy("something new for members"),
    "applies_to_less": gettext_lazy("it counts for less than before"),
    "applies_to_more": gettext_lazy("it counts for more than before"),
    "begins_later": gettext_lazy("it begins later"),
    "begins_sooner": gettext_lazy("it begins sooner"),
    "can_be_had": gettext_lazy("members can now get it for what they have"),
    "can_not_be_had": gettext_lazy("members can't get it for what they have any more"),
    "changed": gettext_lazy("it may be worse for somebody"),
    "costs_less": gettext_lazy("it costs members less"),
    "costs_more": gettext_lazy("it costs members more"),
    "earns_less": gettext_lazy("members earn less"),
    "earns_more": gettext_lazy("members earn more"),
    "easier_to_join": gettext_lazy("taking part is easier"),
    "easier_to_keep": gettext_lazy("the tier is kept with less"),
    "easier_to_reach": gettext_lazy("it is reached with less"),
    "ends_sooner": gettext_lazy("it ends sooner"),
    "for_the_books": gettext_lazy("members don't notice it"),
    "gives_less": gettext_lazy("it gives less"),
    "gives_more": gettext_lazy("it gives more"),
    "harder_to_join": gettext_lazy("taking part is harder"),
    "harder_to_keep": gettext_lazy("the tier is kept only with more"),
    "harder_to_reach": gettext_lazy("it is reached only with more"),
    "holds_longer": gettext_lazy("reservations last longer"),
    "holds_shorter": gettext_lazy("reservations last shorter"),
    "kept_longer": gettext_lazy("a tier is promised for longer"),
    "kept_shorter": gettext_lazy("a tier is promised for less long"),
    "lasts_longer": gettext_lazy("it lasts longer"),
    "late_days_fewer": gettext_lazy("late receipts are taken for fewer days"),
    "late_days_more": gettext_lazy("late receipts are taken for more days"),
    "limits_tighter": gettext_lazy("a limit is tighter"),
    "limits_wider": gettext_lazy("a limit is wider"),
    "lives_longer": gettext_lazy("it lives longer"),
    "notice_longer": gettext_lazy("members are told earlier"),
    "notice_shorter": gettext_lazy("members are told later"),
    "over": gettext_lazy("it is over by then"),
    "owes_less": gettext_lazy("members can owe less"),
    "owes_more": gettext_lazy("members can owe more"),
    "removed": gettext_lazy("members lose it"),
    "same": gettext_lazy("it counts as before"),
    "words": gettext_lazy("words only"),
    "worth_less": gettext_lazy("it pays less"),
    "worth_more": gettext_lazy("it pays more"),
}


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """The judged changes of a document against the newest version; `earliest_at` is set where notice is due, `first_day` the first whole day.

    It is a preview: publishing looks again, under a lock.
    """

    changes: list[Judged]
    bearing: Bearing
    notice_days: int
    earliest_at: datetime | None
    first_day: date | None


def meaning_of(*, scope: Scope, document: Document, at: datetime) -> Meaning | None:
    """What applying this document would mean for members; None for a program's first version, which takes nothing from anybody."""
    program = program_coded(scope=scope, code=document.code)
    if program is None:
        return None
    before = document_of(versions_of(program=program)[0])
    changes = judged_changes(before, document, begins_at=document.effective_at or at)
    bearing = worst(changes)
    due = notice_ends(at, before.notice_days, before.tzinfo) if bearing == "worse" and ever_had_members(program=program) else None
    return Meaning(
        changes=changes,
        bearing=bearing,
        notice_days=before.notice_days,
        earliest_at=due,
        first_day=first_day_after(due, before.tzinfo) if due else None,
    )


def ever_had_members(*, program: Program) -> bool:
    """Whether anybody takes part, did, or has an account: who left may still own something."""
    return Membership.objects.filter(program=program).exists() or Account.objects.filter(program=program).exists()


def reason_in_words(code: str) -> str:
    """Why a change is better, worse or neither."""
    return str(REASONS[code])


def change_in_words(one: Judged) -> str:
    """A change as a sentence, with its place as it stands in the document: “rewards.mug.price.units: 600 instead of 500, it costs members more”."""
    words = {"place": ".".join(one.change.place), "before": one.change.before, "after": one.change.after, "why": reason_in_words(one.code)}
    if one.change.before is None:
        return _("%(place)s: now %(after)s, %(why)s") % words
    if one.change.after is None:
        return _("%(place)s: no longer %(before)s, %(why)s") % words
    return _("%(place)s: %(after)s instead of %(before)s, %(why)s") % words
