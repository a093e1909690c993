"""The search index: folded words, rewritten whenever a customer's names, numbers or contact points change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from regulars.customers.models import ContactPoint, Customer, ExternalId, SearchBeginnings, SearchWord
from regulars.customers.rules.names import beginnings_of, words_for_search


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
    words = {
        one.pk: words_for_search(
            names=[one.display_name, one.given_name, one.family_name, one.organisation_name],
            emails=emails[one.pk],
            phones=phones[one.pk],
            ids=ids[one.pk],
        )
        for one in customers
    }
    SearchWord.objects.filter(customer_id__in=customer_ids).delete()
    SearchWord.objects.bulk_create(
        (SearchWord(business_id=one.business_id, customer_id=one.pk, word=word) for one in customers for word in words[one.pk]),
        batch_size=2000,
    )
    _keep_beginnings({pk: beginnings_of(known) for pk, known in words.items()})


def _keep_beginnings(known: dict[int, str]) -> None:
    """One row for whoever has words of letters; who writes at the same moment writes the same row."""
    SearchBeginnings.objects.filter(pk__in=[pk for pk, beginnings in known.items() if not beginnings]).delete()
    SearchBeginnings.objects.bulk_create(
        (SearchBeginnings(customer_id=pk, beginnings=beginnings) for pk, beginnings in known.items() if beginnings),
        batch_size=2000,
        update_conflicts=True,
        unique_fields=["customer"],
        update_fields=["beginnings"],
    )
