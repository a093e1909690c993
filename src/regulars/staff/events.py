"""What happened among the staff."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.groundwork.kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class EmployeeFact(Fact):
    employee_id: int

    @property
    def subject(self) -> str:
        return f"employee:{self.employee_id}"


@dataclass(frozen=True, kw_only=True)
class EmployeeJoined(EmployeeFact):
    role: str


@dataclass(frozen=True, kw_only=True)
class EmployeeAppointed(EmployeeFact):
    """Role or branches were changed."""

    role: str


@dataclass(frozen=True, kw_only=True)
class EmployeeLeft(EmployeeFact):
    pass


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(EmployeeFact):
    pass


@dataclass(frozen=True, kw_only=True)
class SignedIn(EmployeeFact):
    pass


@dataclass(frozen=True, kw_only=True)
class InvitationSent(Fact):
    invitation_id: int

    @property
    def subject(self) -> str:
        return f"invitation:{self.invitation_id}"


@dataclass(frozen=True, kw_only=True)
class InvitationWithdrawn(Fact):
    invitation_id: int

    @property
    def subject(self) -> str:
        return f"invitation:{self.invitation_id}"


@dataclass(frozen=True, kw_only=True)
class KeyMade(Fact):
    key_id: int

    @property
    def subject(self) -> str:
        return f"key:{self.key_id}"


@dataclass(frozen=True, kw_only=True)
class KeyRevoked(Fact):
    key_id: int

    @property
    def subject(self) -> str:
        return f"key:{self.key_id}"


@dataclass(frozen=True, kw_only=True)
class FactorAdded(EmployeeFact):
    """A second factor: “authenticator” or “passkey”."""

    factor: str


@dataclass(frozen=True, kw_only=True)
class FactorRemoved(EmployeeFact):
    factor: str


@dataclass(frozen=True, kw_only=True)
class RecoveryCodesMade(EmployeeFact):
    pass


@dataclass(frozen=True, kw_only=True)
class RecoveryCodeUsed(EmployeeFact):
    left: int


@dataclass(frozen=True, kw_only=True)
class OutsideIdentityJoined(EmployeeFact):
    """The firm's sign-in service vouches for this employee from now on."""

    issuer: str


@dataclass(frozen=True, kw_only=True)
class LeavePlanned(EmployeeFact):
    """Days of absence were entered, or taken back (`planned` False)."""

    planned: bool


@dataclass(frozen=True, kw_only=True)
class CertificateKindChanged(Fact):
    """A kind of certificate was made or changed."""

    kind_id: int

    @property
    def subject(self) -> str:
        return f"certificate_kind:{self.kind_id}"


@dataclass(frozen=True, kw_only=True)
class CertificateRecorded(EmployeeFact):
    certificate_id: int


@dataclass(frozen=True, kw_only=True)
class CertificateRevoked(EmployeeFact):
    certificate_id: int


@dataclass(frozen=True, kw_only=True)
class CertificateRunsOut(EmployeeFact):
    """The holder is reminded: so many days before the last one. Once for each certificate and number of days."""

    certificate_id: int
    days_before: int


@dataclass(frozen=True, kw_only=True)
class CoachingNoted(Fact):
    """A coaching note was written, answered or closed (`act`). Whom it is about, the fact does not tell."""

    note_id: int
    act: str

    @property
    def subject(self) -> str:
        return f"coaching_note:{self.note_id}"
