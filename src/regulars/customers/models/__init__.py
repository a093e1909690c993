"""Customers: who they are, what they allowed, what they wish, and who belongs together."""

from regulars.customers.models.consent import ConsentEvent, Purpose, WishStatement, ZoneAssumption
from regulars.customers.models.identity import ContactPoint, Customer, ExternalId, SearchBeginnings, SearchWord, Trait
from regulars.customers.models.opting_in import OptInRequest, Wording
from regulars.customers.models.privacy import Erasure, Forgotten, LegalHold, RetentionRule, Suppression
from regulars.customers.models.together import Distinction, Household, HouseholdMember, Likeness, Membership, Merge

__all__ = [
    "ConsentEvent",
    "ContactPoint",
    "Customer",
    "Distinction",
    "Erasure",
    "ExternalId",
    "Forgotten",
    "Household",
    "HouseholdMember",
    "LegalHold",
    "Likeness",
    "Membership",
    "Merge",
    "OptInRequest",
    "Purpose",
    "RetentionRule",
    "SearchBeginnings",
    "SearchWord",
    "Suppression",
    "Trait",
    "WishStatement",
    "Wording",
    "ZoneAssumption",
]
