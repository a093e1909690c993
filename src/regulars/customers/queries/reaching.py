"""Who is reached at an address."""

from __future__ import annotations

from collections.abc import Collection

from regulars.customers.models import ContactPoint, Customer, SearchWord
from regulars.customers.queries.together import merged_away
from regulars.customers.rules.contact_points import NotReachable, normal_form
from regulars.customers.rules.names import WORD_MAX, folded


def customers_at(*, business_id: int, addresses: Collection[str]) -> dict[str, list[Customer]]:
    """The customers with each of these e-mail addresses, oldest first, under the address as given; addresses that are none are left out.

    Several customers may share an address (a family, an office). Each has `is_merged_away`: their history goes on under another record.
    """
    normal: dict[str, str] = {}
    for one in addresses:
        try:
            normal[one] = normal_form("email", one)
        except NotReachable:
            continue
    words = {folded(address)[:WORD_MAX] for address in normal.values()}
    ids = set(SearchWord.objects.filter(business_id=business_id, word__in=words).values_list("customer_id", flat=True)) if words else set()
    if not ids:
        return {}
    points = ContactPoint.objects.filter(customer_id__in=ids, kind="email", normal__in=set(normal.values()))
    people = Customer.objects.annotate(is_merged_away=merged_away()).in_bulk(ids)
    found: dict[str, list[Customer]] = {}
    for point in points.order_by("customer_id"):
        found.setdefault(point.normal, []).append(people[point.customer_id])
    return {one: found[address] for one, address in normal.items() if address in found}
