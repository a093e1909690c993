"""Verbs about customers."""

from regulars.customers.services.describing import describe_customer, mark_as_buyers
from regulars.customers.services.exporting import CustomerExport, export_of_customer
from regulars.customers.services.forgetting import (
    ForgottenAlready,
    Held,
    JournalBroken,
    Replayed,
    forget_customer,
    note_pending_erasures,
    replay_erasures,
)
from regulars.customers.services.grounding import business_for_import
from regulars.customers.services.holding import HeldAlready, HoldReasonMissing, NotHeld, lift_hold, place_hold
from regulars.customers.services.merging import (
    MergedAway,
    MergedWithItself,
    NotAlike,
    NotMerged,
    merge_customers,
    unmerge_customers,
)
from regulars.customers.services.numbers import (
    forget_numbers,
    known_numbers_sql,
    look_up_numbers,
    mark_buyers_in,
    register_numbers,
    unknown_numbers,
)
from regulars.customers.services.permitting import (
    ProofMissing,
    PurposeTaken,
    UnknownChannel,
    UnknownPurpose,
    WishRefused,
    ZoneRefused,
    add_purpose,
    assume_zones,
    record_consent,
    state_wishes,
    withdraw_consent,
)
from regulars.customers.services.present import NoLongerKnown
from regulars.customers.services.reaching import ContactPointRefused, add_contact_point, remove_contact_point
from regulars.customers.services.registering import ExternalIdTaken, Nameless, NewCustomer, register_customer
from regulars.customers.services.registering_many import Registration, register_customers, remove_customers
from regulars.customers.services.together import (
    InAHousehold,
    MemberAlready,
    NoOrganisation,
    NotTogether,
    add_person,
    end_membership,
    keep_apart,
    leave_household,
    live_together,
)
from regulars.customers.services.traits import PublishedTrait, publish_traits, withdraw_traits
from regulars.customers.services.withdrawing import remove_unused_customers, used_customers

__all__ = [
    "ContactPointRefused",
    "CustomerExport",
    "ExternalIdTaken",
    "ForgottenAlready",
    "Held",
    "HeldAlready",
    "HoldReasonMissing",
    "InAHousehold",
    "JournalBroken",
    "MemberAlready",
    "MergedAway",
    "MergedWithItself",
    "Nameless",
    "NewCustomer",
    "NoLongerKnown",
    "NoOrganisation",
    "NotAlike",
    "NotHeld",
    "NotMerged",
    "NotTogether",
    "ProofMissing",
    "PublishedTrait",
    "PurposeTaken",
    "Registration",
    "Replayed",
    "UnknownChannel",
    "UnknownPurpose",
    "WishRefused",
    "ZoneRefused",
    "add_contact_point",
    "add_person",
    "add_purpose",
    "assume_zones",
    "business_for_import",
    "describe_customer",
    "end_membership",
    "export_of_customer",
    "forget_customer",
    "forget_numbers",
    "keep_apart",
    "known_numbers_sql",
    "leave_household",
    "lift_hold",
    "live_together",
    "look_up_numbers",
    "mark_as_buyers",
    "mark_buyers_in",
    "merge_customers",
    "note_pending_erasures",
    "place_hold",
    "publish_traits",
    "record_consent",
    "register_customer",
    "register_customers",
    "register_numbers",
    "remove_contact_point",
    "remove_customers",
    "remove_unused_customers",
    "replay_erasures",
    "state_wishes",
    "unknown_numbers",
    "unmerge_customers",
    "used_customers",
    "withdraw_consent",
    "withdraw_traits",
]
