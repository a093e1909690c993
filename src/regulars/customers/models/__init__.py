"""Customers: who they are, what they allowed, what they wish, and who belongs together."""

from regulars.customers.models.consent import ConsentEvent, Purpose, WishStatement, ZoneAssumption
from regulars.customers.models.identity import ContactPoint, Customer, ExternalId, SearchWord, Trait
from regulars.customers.models.privacy import Erasure, Forgotten, LegalHold, RetentionRule, Suppression
from regulars.customers.models.together import Household, HouseholdMember, Membership, Merge

__all__ = [
    "ConsentEvent",
    "ContactPoint",
    "Customer",
    "Erasure",
    "ExternalId",
    "Forgotten",
    "Household",
    "HouseholdMember",
    "LegalHold",
    "Membership",
    "Merge",
    "Purpose",
    "RetentionRule",
    "SearchWord",
    "Suppression",
    "Trait",
    "WishStatement",
    "ZoneAssumption",
]
