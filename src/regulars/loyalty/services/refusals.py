"""The expected no of everything that moves points."""

from __future__ import annotations

from django.utils.translation import gettext as _

from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.loyalty.queries.showing import shown_units
from regulars.loyalty.rules.units import Unit


class ProgramNotFound(NotFound):
    code = "program_not_found"

    def __init__(self) -> None:
        super().__init__(_("There is no loyalty program with this code."), fields={"program": _("There is no such program.")})


class ProgramFrozen(Refusal):
    code = "program_frozen"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("Spending in this program is stopped until its books are looked at."))


class UnknownUnit(Refusal):
    code = "unknown_unit"

    def __init__(self, unit: str) -> None:
        sentence = _("The program has no unit “%(unit)s” that can be spent.") % {"unit": unit[:40]}
        super().__init__(sentence, fields={"unit": sentence})


class BadUnits(Refusal):
    code = "bad_units"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, fields={"units": sentence})


class NotEnoughUnits(Refusal):
    code = "insufficient"
    status = 409

    def __init__(self, *, unit: Unit, needed: int, usable: int) -> None:
        words = {"needed": shown_units(unit, needed), "usable": shown_units(unit, usable), "unit": unit.name}
        sentence = _("This takes %(needed)s %(unit)s; %(usable)s can be used now.") % words
        super().__init__(sentence, needed=words["needed"], usable=words["usable"])


class TooLate(Refusal):
    code = "too_late"

    def __init__(self, days: int) -> None:
        sentence = _("Receipts may be handed in up to %(days)s days later, and none from the future.") % {"days": days}
        super().__init__(sentence, fields={"at": sentence})
