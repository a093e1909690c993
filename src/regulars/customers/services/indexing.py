"""The search index: folded words, rewritten whenever a customer's names, numbers or contact points change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from regulars.customers.models import ContactPoint, Customer, ExternalId, SearchWord
from regulars.customers.rules.names import words_for_search


def index_for_search(customer_ids: Sequence[int]) -> None:
    """Write the search words of these customers anew, a few queries for all of them. Joins the caller's transaction."""
    customers = Customer.objects.filter(pk__in=customer_ids)
    emails: dict[int, list[str]] = defaultdict(list)
    phones: dict[int, list[str]] = defaultdict(list)
    ids: dict[int, list[str]] = defaultdict(list)
    for point in ContactPoint.objects.filter(customer_id__in=customer_ids):
        if point.kind == "email":
            emails[point.customer_id].append(point.normal)
        elif point.kind == "phone":
            phones[point.customer_id].append(point.normal)
    for number in ExternalId.objects.filter(customer_id__in=customer_ids):
        ids[number.customer_id].append(number.value)
    SearchWord.objects.filter(customer_id__in=customer_ids).delete()
    SearchWord.objects.bulk_create(
        (
            SearchWord(business_id=one.business_id, customer_id=one.pk, word=word)
            for one in customers
            for word in words_for_search(
                names=[one.display_name, one.given_name, one.family_name, one.organisation_name],
                emails=emails[one.pk],
                phones=phones[one.pk],
                ids=ids[one.pk],
            )
        ),
        batch_size=2000,
    )
