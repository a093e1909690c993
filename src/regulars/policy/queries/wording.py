"""Paragraphs in words: what each promises, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from regulars.groundwork.kernel.money import Money
from regulars.policy.rules.document import Policy
from regulars.policy.rules.parts import Level, Limits, NamedPerson, Paragraph, Step
from regulars.policy.rules.targets import Target, target_from

ROLE_WORDS = {
    "executive": gettext_lazy("Executives"),
    "manager": gettext_lazy("Managers"),
    "supervisor": gettext_lazy("Supervisors"),
    "agent": gettext_lazy("Agents"),
    "marketer": gettext_lazy("Marketers"),
    "cashier": gettext_lazy("Cashiers"),
    "read-only": gettext_lazy("Readers"),
    "learner": gettext_lazy("Learners"),
}
GESTURE_WORDS = {
    "refund": gettext_lazy("Money back"),
    "goodwill": gettext_lazy("Goodwill"),
    "replacement": gettext_lazy("Replacement"),
    "voucher": gettext_lazy("Voucher"),
    "discount": gettext_lazy("Discount"),
}
PRIORITY_WORDS = {
    "low": gettext_lazy("Low"),
    "normal": gettext_lazy("Normal"),
    "high": gettext_lazy("High"),
    "urgent": gettext_lazy("Urgent"),
}
CHANNEL_WORDS = {
    "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Phone"),
    "sms": gettext_lazy("Text message"),
    "post": gettext_lazy("Letter"),
    "social": gettext_lazy("Social network"),
    "visit": gettext_lazy("Visit"),
    "till": gettext_lazy("At the till"),
    "portal": gettext_lazy("Customers' own page"),
}
PERIOD_WORDS = {
    "day": gettext_lazy("per customer and day"),
    "week": gettext_lazy("per customer and week"),
    "month": gettext_lazy("per customer and month"),
    "quarter": gettext_lazy("per customer and quarter"),
    "year": gettext_lazy("per customer and year"),
}
STAND_INS = {
    "deputy": gettext_lazy("their deputy"),
    "same-branch": gettext_lazy("a colleague of the same branch"),
    "supervisor": gettext_lazy("the supervisor"),
}


@dataclass(frozen=True)
class ParagraphShown:
    """A paragraph as people read it: number, text, and what the program makes of it."""

    number: str
    text: str
    sort: str
    particulars: tuple[tuple[str, str], ...]

    @property
    def anchor(self) -> str:
        """Where it stands on a page."""
        return f"p-{self.number.replace('.', '-')}"


@dataclass(frozen=True)
class OwnWords:
    """What codes of the policy are called in this business: natures of contacts, kinds of certificate. An unknown one reads as itself."""

    natures: Mapping[str, str] = field(default_factory=dict)
    certificates: Mapping[str, str] = field(default_factory=dict)


def paragraphs_shown(policy: Policy, words: OwnWords | None = None) -> list[ParagraphShown]:
    """Every paragraph in order."""
    own = words or OwnWords()
    return [ParagraphShown(one.paragraph, one.text, _sort(one), tuple(_particulars(one, own))) for one in policy.paragraphs]


def target_in_words(target: Target) -> str:
    """“2 working hours”, “by the close of the day 3 working days later”: a length of time or a day as people say it."""
    count = target.count
    sentences = {
        "bh": ngettext("%(n)s working hour", "%(n)s working hours", count),
        "bm": ngettext("%(n)s working minute", "%(n)s working minutes", count),
        "h": ngettext("%(n)s hour", "%(n)s hours", count),
        "m": ngettext("%(n)s minute", "%(n)s minutes", count),
        "bd": ngettext("%(n)s working day", "%(n)s working days", count),
        "d": ngettext("%(n)s day", "%(n)s days", count),
        "w": ngettext("%(n)s week", "%(n)s weeks", count),
    }
    close = {
        "bd": ngettext("by the close of the next working day", "by the close of the day %(n)s working days later", count),
        "d": ngettext("by the end of the next day", "by the end of the day %(n)s days later", count),
        "w": ngettext("by the end of the day a week later", "by the end of the day %(n)s weeks later", count),
    }
    return (close if target.close else sentences)[target.unit] % {"n": count}


def step_in_words(at: str) -> str:
    """When an alarm rings: “75%” is “at 75 % of the time”, “+2bh” is “2 working hours after it ran out”."""
    if at.startswith("+"):
        return _("%(length)s after it ran out") % {"length": target_in_words(target_from(at[1:]))}
    return _("at %(share)s %% of the time") % {"share": at.removesuffix("%")}


def gesture_in_words(kind: str) -> str:
    """A kind of gesture as people read it; the business's own ones are called as the policy spells them: “free-cake” is “Free cake”."""
    return str(GESTURE_WORDS[kind]) if kind in GESTURE_WORDS else kind.replace("-", " ").capitalize()


def _sort(one: Paragraph) -> str:
    if isinstance(one, Level):
        return _("Service level")
    if isinstance(one, NamedPerson):
        return _("Named person")
    return _("Authority") if isinstance(one, Limits) else _("Promise")


def _particulars(one: Paragraph, own: OwnWords) -> list[tuple[str, str]]:
    if isinstance(one, Level):
        return _of_level(one, own)
    if isinstance(one, NamedPerson):
        found = [(_("Stands in"), str(STAND_INS[one.stand_in]))]
        return found + ([(_("When nobody has answered within"), target_in_words(one.after))] if one.after else [])
    return _of_authority(one, own) if isinstance(one, Limits) else []


def _of_level(one: Level, own: OwnWords) -> list[tuple[str, str]]:
    found = []
    if one.natures:
        found.append((_("For"), ", ".join(own.natures.get(code, code) for code in one.natures)))
    if one.priorities:
        found.append((_("Priority"), ", ".join(str(PRIORITY_WORDS[name]) for name in one.priorities)))
    if one.channels:
        found.append((_("By"), ", ".join(str(CHANNEL_WORDS[name]) for name in one.channels)))
    found += [(name, ", ".join(values)) for name, values in one.traits.items()]
    targets = (
        (_("First answer"), one.first_answer),
        (_("Next answer"), one.next_answer),
        (_("Settled"), one.resolution),
        (_("If not settled at once"), one.answer_unless_settled),
        (_("Final answer"), one.final_answer),
    )
    found += [(label, target_in_words(target)) for label, target in targets if target]
    if one.share < 1:
        found.append((_("Kept in"), _("%(share)s of 100 cases at least") % {"share": f"{one.share * 100:g}"}))
    return [*found, (_("Calendar"), one.calendar), *[(_("Alarm"), _alarm(step)) for step in one.escalate]]


def _alarm(step: Step) -> str:
    return _("%(when)s, to %(who)s") % {"when": step_in_words(step.at), "who": ROLE_WORDS[step.to]}


def _of_authority(one: Limits, own: OwnWords) -> list[tuple[str, str]]:
    found = [(_("Who"), ", ".join(str(ROLE_WORDS[role]) for role in one.roles)), (_("May give"), gesture_in_words(one.kind))]
    amounts = (
        (_("at a time"), one.per_gesture),
        (_("per case"), one.per_case),
        (str(PERIOD_WORDS[one.period]) if one.period else "", one.per_customer),
        (_("per employee and period"), one.per_person),
    )
    found += [(label, _shown(amount)) for label, amount in amounts if amount]
    if one.certificate:
        found.append((_("With the certificate"), own.certificates.get(one.certificate, one.certificate)))
        found.append((_("Without it"), _lapsed(one)))
    return found


def _lapsed(one: Limits) -> str:
    if one.lapsed_as is None:
        return _("nothing")
    return _("as much as %(role)s") % {"role": ROLE_WORDS[one.lapsed_as]}


def _shown(amount: Money) -> str:
    return amount.shown(get_language() or "en")
