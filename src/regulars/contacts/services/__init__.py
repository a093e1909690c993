"""Verbs about contacts."""

from regulars.contacts.rules.particulars import ContactParticulars
from regulars.contacts.services.following_up import (
    FollowUpEnded,
    FollowUpRefused,
    Promise,
    cancel_follow_up,
    keep_follow_up,
    promise_follow_up,
)
from regulars.contacts.services.forgetting import forget_contacts
from regulars.contacts.services.recording import (
    AlreadyCorrected,
    ContactKeyTaken,
    ContactRefused,
    Logged,
    correct_contact,
    log_contact,
    log_contact_once,
    particulars_of_contact,
)
from regulars.contacts.services.remembering import remember_fact
from regulars.contacts.services.terms import TermRefused, add_term, describe_term
from regulars.contacts.services.withdrawing import withdraw_contacts

__all__ = [
    "AlreadyCorrected",
    "ContactKeyTaken",
    "ContactParticulars",
    "ContactRefused",
    "FollowUpEnded",
    "FollowUpRefused",
    "Logged",
    "Promise",
    "TermRefused",
    "add_term",
    "cancel_follow_up",
    "correct_contact",
    "describe_term",
    "forget_contacts",
    "keep_follow_up",
    "log_contact",
    "log_contact_once",
    "particulars_of_contact",
    "promise_follow_up",
    "remember_fact",
    "withdraw_contacts",
]
