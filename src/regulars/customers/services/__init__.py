"""Verbs about customers."""

from regulars.customers.services.describing import describe_customer, mark_as_buyers
from regulars.customers.services.reaching import ContactPointRefused, add_contact_point, remove_contact_point
from regulars.customers.services.registering import ExternalIdTaken, Nameless, NewCustomer, register_customer
from regulars.customers.services.traits import PublishedTrait, publish_traits, withdraw_traits

__all__ = [
    "ContactPointRefused",
    "ExternalIdTaken",
    "Nameless",
    "NewCustomer",
    "PublishedTrait",
    "add_contact_point",
    "describe_customer",
    "mark_as_buyers",
    "publish_traits",
    "register_customer",
    "remove_contact_point",
    "withdraw_traits",
]
