"""Customers: who they are, what they allowed, what they wish, and who belongs together."""

from regulars.customers.models.consent import ConsentEvent, Purpose, WishStatement, ZoneAssumption
from regulars.customers.models.identity import ContactPoint, Customer, ExternalId, SearchWord, Trait
from regulars.customers.models.together import Household, HouseholdMember, Membership, Merge

__all__ = [
    "ConsentEvent",
    "ContactPoint",
    "Customer",
    "ExternalId",
    "Household",
    "HouseholdMember",
    "Membership",
    "Merge",
    "Purpose",
    "SearchWord",
    "Trait",
    "WishStatement",
    "ZoneAssumption",
]
