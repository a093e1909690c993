"""Verbs about contacts, and the gate through which they go out."""

from regulars.contacts.queries.explaining import Decision, Reason
from regulars.contacts.rules.gate_deciding import Ask
from regulars.contacts.rules.particulars import ContactParticulars
from regulars.contacts.services.deciding import AskRefused, GateBusy, GateQuestion, ReservationKeyTaken, decide_contact, decide_contacts
from regulars.contacts.services.following_up import (
    FollowUpEnded,
    FollowUpRefused,
    Promise,
    cancel_follow_up,
    keep_follow_up,
    promise_follow_up,
)
from regulars.contacts.services.forgetting import forget_contacts
from regulars.contacts.services.freezing import FreezeRefused, freeze_contacts, lift_freeze, withdraw_freezes
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
from regulars.contacts.services.recording_many import ManyContact, log_contacts, record_contacts
from regulars.contacts.services.remembering import remember_fact
from regulars.contacts.services.reserving import (
    Confirmation,
    ReservationGone,
    confirm_reservation,
    confirm_reservations,
    expire_reservations,
    recheck_reservation,
    recheck_reservations,
    release_reservation,
)
from regulars.contacts.services.ruling import RulesRefused, apply_gate_rules, reweigh_reservations
from regulars.contacts.services.terms import TermRefused, add_term, describe_term
from regulars.contacts.services.withdrawing import withdraw_contacts

__all__ = [
    "AlreadyCorrected",
    "Ask",
    "AskRefused",
    "Confirmation",
    "ContactKeyTaken",
    "ContactParticulars",
    "ContactRefused",
    "Decision",
    "FollowUpEnded",
    "FollowUpRefused",
    "FreezeRefused",
    "GateBusy",
    "GateQuestion",
    "Logged",
    "ManyContact",
    "Promise",
    "Reason",
    "ReservationGone",
    "ReservationKeyTaken",
    "RulesRefused",
    "TermRefused",
    "add_term",
    "apply_gate_rules",
    "cancel_follow_up",
    "confirm_reservation",
    "confirm_reservations",
    "correct_contact",
    "decide_contact",
    "decide_contacts",
    "describe_term",
    "expire_reservations",
    "forget_contacts",
    "freeze_contacts",
    "keep_follow_up",
    "lift_freeze",
    "log_contact",
    "log_contact_once",
    "log_contacts",
    "particulars_of_contact",
    "promise_follow_up",
    "recheck_reservation",
    "recheck_reservations",
    "record_contacts",
    "release_reservation",
    "remember_fact",
    "reweigh_reservations",
    "withdraw_contacts",
    "withdraw_freezes",
]
