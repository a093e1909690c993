"""Purposes: what the business writes or calls about, each with the ground on which it may."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

ALL_MARKETING = "*"


class Basis(StrEnum):
    """Why a contact is lawful: the words follow Article 6 of the GDPR."""

    CONSENT = "consent"
    CONTRACT = "contract"
    INTEREST = "interest"
    DUTY = "duty"


@dataclass(frozen=True)
class PurposeRule:
    """One purpose. `label` is a translatable message."""

    name: str
    label: str
    basis: Basis

    @property
    def needs_consent(self) -> bool:
        """Whether it is silent until it was allowed."""
        return self.basis is Basis.CONSENT

    @property
    def may_be_refused(self) -> bool:
        """Whether a customer's "no" stops it: always, but for what a contract or the law demands."""
        return self.basis in (Basis.CONSENT, Basis.INTEREST)


BUILT_IN: tuple[PurposeRule, ...] = (
    PurposeRule("transactional", "Orders, bookings and payments", Basis.CONTRACT),
    PurposeRule("legal", "Safety, recalls and legal notices", Basis.DUTY),
    PurposeRule("service", "Answers and service", Basis.INTEREST),
    PurposeRule("newsletter", "News", Basis.CONSENT),
    PurposeRule("offers", "Offers", Basis.CONSENT),
    PurposeRule("survey", "Questions about your experience", Basis.CONSENT),
)


def all_purposes(added: Iterable[PurposeRule]) -> dict[str, PurposeRule]:
    """The built-in purposes and those that the business added; a built-in one can't be replaced."""
    return {one.name: one for one in (*added, *BUILT_IN)}
