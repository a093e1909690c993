"""Verbs about people who work there."""

from regulars.staff.adapters.certificate_list import ListRefused
from regulars.staff.services.budgets import TooManyTries, count_guess, forgive_guess
from regulars.staff.services.certifying import (
    CertificateRefused,
    Paper,
    name_certificate_kind,
    record_certificate,
    revoke_certificate,
    withdraw_certificates,
)
from regulars.staff.services.certifying_many import ListTaken, record_certificate_list
from regulars.staff.services.coaching import CoachingRefused, close_coaching, reply_to_coaching, write_coaching_note
from regulars.staff.services.joining import (
    EmailTaken,
    InvitationGone,
    MayNotGive,
    PasswordTooWeak,
    accept_invitation,
    hire_employee,
    invite_employee,
    withdraw_invitation,
)
from regulars.staff.services.keys import UnknownScope, make_key, revoke_key
from regulars.staff.services.leaving import remove_accounts
from regulars.staff.services.outside import OutsideRefused, leave_to_outside, return_from_outside
from regulars.staff.services.passkeys import (
    PasskeyRefused,
    add_passkey,
    ask_for_new_passkey,
    ask_for_passkey,
    prove_by_passkey,
    remove_passkey,
)
from regulars.staff.services.reminding import note_reminders, remind_of_certificates
from regulars.staff.services.resting import LeaveRefused, cancel_leave, plan_leave
from regulars.staff.services.second_factor import (
    AuthenticatorThere,
    WrongCode,
    begin_authenticator,
    confirm_authenticator,
    finish_sign_in,
    make_recovery_codes,
    note_signed_in,
    prove_by_code,
    remove_all_factors,
    remove_authenticator,
)
from regulars.staff.services.signing_in import SignInRefused, change_password, prove_by_password, remember_device, sign_in
from regulars.staff.services.standing import LastExecutive, appoint_employee, choose_manners, let_go

__all__ = [
    "AuthenticatorThere",
    "CertificateRefused",
    "CoachingRefused",
    "EmailTaken",
    "InvitationGone",
    "LastExecutive",
    "LeaveRefused",
    "ListRefused",
    "ListTaken",
    "MayNotGive",
    "OutsideRefused",
    "Paper",
    "PasskeyRefused",
    "PasswordTooWeak",
    "SignInRefused",
    "TooManyTries",
    "UnknownScope",
    "WrongCode",
    "accept_invitation",
    "add_passkey",
    "appoint_employee",
    "ask_for_new_passkey",
    "ask_for_passkey",
    "begin_authenticator",
    "cancel_leave",
    "change_password",
    "choose_manners",
    "close_coaching",
    "confirm_authenticator",
    "count_guess",
    "finish_sign_in",
    "forgive_guess",
    "hire_employee",
    "invite_employee",
    "leave_to_outside",
    "let_go",
    "make_key",
    "make_recovery_codes",
    "name_certificate_kind",
    "note_reminders",
    "note_signed_in",
    "plan_leave",
    "prove_by_code",
    "prove_by_passkey",
    "prove_by_password",
    "record_certificate",
    "record_certificate_list",
    "remember_device",
    "remind_of_certificates",
    "remove_accounts",
    "remove_all_factors",
    "remove_authenticator",
    "remove_passkey",
    "reply_to_coaching",
    "return_from_outside",
    "revoke_certificate",
    "revoke_key",
    "sign_in",
    "withdraw_certificates",
    "withdraw_invitation",
    "write_coaching_note",
]
