"""Every contact in order, what was promised, and the ledger of the gate."""

from regulars.contacts.models.gate import Freeze, Pressure, RuleVersion, Slot
from regulars.contacts.models.log import Contact, Entry, FollowUp, FollowUpEnding, Term, Withdrawal

__all__ = ["Contact", "Entry", "FollowUp", "FollowUpEnding", "Freeze", "Pressure", "RuleVersion", "Slot", "Term", "Withdrawal"]
