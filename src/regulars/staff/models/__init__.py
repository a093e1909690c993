"""People who work there, what they have learnt, and the keys of their programs."""

from regulars.staff.models.learning import Certificate, CertificateDocument, CertificateKind, CertificateReminder, CoachingNote
from regulars.staff.models.people import (
    ApiKey,
    Appointment,
    Authenticator,
    Budget,
    Employee,
    Invitation,
    KnownDevice,
    Leave,
    OutsideIdentity,
    Passkey,
    RecoveryCode,
)

__all__ = [
    "ApiKey",
    "Appointment",
    "Authenticator",
    "Budget",
    "Certificate",
    "CertificateDocument",
    "CertificateKind",
    "CertificateReminder",
    "CoachingNote",
    "Employee",
    "Invitation",
    "KnownDevice",
    "Leave",
    "OutsideIdentity",
    "Passkey",
    "RecoveryCode",
]
