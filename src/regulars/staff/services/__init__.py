"""Verbs about people who work there."""

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
from regulars.staff.services.signing_in import SignInRefused, TooManyTries, change_password, sign_in
from regulars.staff.services.standing import LastExecutive, appoint_employee, choose_manners, let_go

__all__ = [
    "EmailTaken",
    "InvitationGone",
    "LastExecutive",
    "MayNotGive",
    "PasswordTooWeak",
    "SignInRefused",
    "TooManyTries",
    "UnknownScope",
    "accept_invitation",
    "appoint_employee",
    "change_password",
    "choose_manners",
    "hire_employee",
    "invite_employee",
    "let_go",
    "make_key",
    "remove_accounts",
    "revoke_key",
    "sign_in",
    "withdraw_invitation",
]
