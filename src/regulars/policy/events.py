"""What happened to the policy."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.groundwork.kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class PolicyDrafted(Fact):
    """A draft was saved (`revision`), or laid before the staff."""

    draft_id: int
    revision: int
    laid_out: bool = False

    @property
    def subject(self) -> str:
        return f"policy_draft:{self.draft_id}"


@dataclass(frozen=True, kw_only=True)
class PolicyDraftDiscarded(Fact):
    draft_id: int

    @property
    def subject(self) -> str:
        return f"policy_draft:{self.draft_id}"


@dataclass(frozen=True, kw_only=True)
class PolicyCommented(Fact):
    """Somebody commented on a paragraph, answered a comment, or voted."""

    draft_id: int
    paragraph: str
    act: str

    @property
    def subject(self) -> str:
        return f"policy_draft:{self.draft_id}"


@dataclass(frozen=True, kw_only=True)
class PolicyPublished(Fact):
    """A version is in the books; it holds from `effective` (ISO instant) on."""

    version_id: int
    number: str
    effective: str
    overridden: bool

    @property
    def subject(self) -> str:
        return f"policy:{self.version_id}"


@dataclass(frozen=True, kw_only=True)
class PolicyTranslated(Fact):
    """A version can be read in one more language."""

    version_id: int
    language: str

    @property
    def subject(self) -> str:
        return f"policy:{self.version_id}"


@dataclass(frozen=True, kw_only=True)
class PolicyConfirmed(Fact):
    """An employee confirmed a version."""

    version_id: int
    employee_id: int

    @property
    def subject(self) -> str:
        return f"policy:{self.version_id}"


@dataclass(frozen=True, kw_only=True)
class ConfirmationDue(Fact):
    """An employee is reminded to confirm a version, `days` after it was due (negative: before). Escalated: those who supervise are told."""

    version_id: int
    employee_id: int
    days: int
    escalated: bool

    @property
    def subject(self) -> str:
        return f"policy:{self.version_id}"


@dataclass(frozen=True, kw_only=True)
class ProposalChanged(Fact):
    """A proposal was made, merged, answered or linked to a version (`act`). An anonymous one is announced without its author."""

    proposal_id: int
    act: str

    @property
    def subject(self) -> str:
        return f"policy_proposal:{self.proposal_id}"
