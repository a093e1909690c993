"""Verbs about customers."""

from regulars.customers.services.describing import describe_customer, mark_as_buyers
from regulars.customers.services.grounding import business_for_import
from regulars.customers.services.numbers import look_up_numbers, mark_buyers_in, register_numbers
from regulars.customers.services.reaching import ContactPointRefused, add_contact_point, remove_contact_point
from regulars.customers.services.registering import ExternalIdTaken, Nameless, NewCustomer, register_customer
from regulars.customers.services.registering_many import Registration, register_customers, remove_customers
from regulars.customers.services.traits import PublishedTrait, publish_traits, withdraw_traits
from regulars.customers.services.withdrawing import remove_unused_customers, used_customers

__all__ = [
    "ContactPointRefused",
    "ExternalIdTaken",
    "Nameless",
    "NewCustomer",
    "PublishedTrait",
    "Registration",
    "add_contact_point",
    "business_for_import",
    "describe_customer",
    "look_up_numbers",
    "mark_as_buyers",
    "mark_buyers_in",
    "publish_traits",
    "register_customer",
    "register_customers",
    "register_numbers",
    "remove_contact_point",
    "remove_customers",
    "remove_unused_customers",
    "used_customers",
    "withdraw_traits",
]
