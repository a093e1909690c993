"""Two records of one person: merging them by a pointer, and taking that back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.business.queries import Business, Scope
from regulars.customers.events import CustomersMerged, CustomersUnmerged
from regulars.customers.models import Customer, Merge
from regulars.customers.queries.finding import visible
from regulars.customers.queries.together import survivor_of
from regulars.customers.services.comparing import compare_customer
from regulars.customers.services.present import not_forgotten
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import NotFound, Refusal


class MergedWithItself(Refusal):
    code = "merged_with_itself"

    def __init__(self) -> None:
        super().__init__(_("These are one and the same record already. Choose two different ones."))


class MergedAway(Refusal):
    code = "merged_already"
    status = 409

    def __init__(self, name: str) -> None:
        super().__init__(_("“%(name)s” has been merged already. Undo that first, or merge the record that survived.") % {"name": name})


class NotAlike(Refusal):
    code = "not_alike"

    def __init__(self) -> None:
        super().__init__(_("A person and an organisation can't be one record. If one of them was noted wrongly, set its kind first."))


class NotMerged(Refusal):
    code = "not_merged"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("This merge has been undone already, or there never was one."))


def merge_customers(*, scope: Scope, loser_id: int, survivor_id: int, reason: str = "", at: datetime, actor: str) -> Merge:
    """Let one record point to another: timeline, purchases, consents and pressure are read together from now on. Nothing moves.

    Merging into a record that was merged itself means the one that survived. Both must be visible. Raises NotFound, MergedWithItself,
    MergedAway, NotAlike.
    """
    with transaction.atomic():
        one_merge_at_a_time(scope)
        loser, named = _both(scope, loser_id, survivor_id)
        survivor = Customer.objects.get(pk=survivor_of(scope=scope, customer_id=named.pk))
        if loser.pk in (named.pk, survivor.pk):
            raise MergedWithItself
        if Merge.objects.filter(loser=loser, undone_at__isnull=True).exists():
            if survivor_of(scope=scope, customer_id=loser.pk) == survivor.pk:
                raise MergedWithItself
            raise MergedAway(loser.display_name)
        not_forgotten(loser.pk)
        not_forgotten(survivor.pk)
        if loser.kind != survivor.kind:
            raise NotAlike
        merge = Merge.objects.create(
            business_id=scope.business_id, loser=loser, survivor=survivor, reason=reason.strip()[:200], actor=actor, at=at
        )
        announce(
            CustomersMerged(
                tenant_id=scope.business_id,
                at=at,
                actor=actor,
                customer_id=survivor.pk,
                loser_id=loser.pk,
                merge_id=merge.pk,
                headline="Two records were merged",
            ),
            after={"loser": loser.pk, "survivor": survivor.pk},
        )
    return merge


def unmerge_customers(*, scope: Scope, merge_id: int, at: datetime, actor: str) -> Merge:
    """Take a merge back: both stories are as before, and what came since stays where it arrived. Raises NotFound, NotMerged."""
    with transaction.atomic():
        one_merge_at_a_time(scope)
        merge = Merge.objects.select_for_update(of=("self",)).filter(pk=merge_id, business_id=scope.business_id).first()
        if merge is None or not visible(scope).filter(pk__in=(merge.loser_id, merge.survivor_id)).count() == 2:
            raise NotFound(_("There is no such merge."))
        if merge.undone_at is not None:
            raise NotMerged
        merge.undone_at, merge.undone_by = at, actor
        merge.save(update_fields=["undone_at", "undone_by"])
        compare_customer(merge.loser_id)
        announce(
            CustomersUnmerged(
                tenant_id=scope.business_id,
                at=at,
                actor=actor,
                customer_id=merge.survivor_id,
                loser_id=merge.loser_id,
                merge_id=merge.pk,
                headline="A merge was undone",
            ),
            before={"loser": merge.loser_id, "survivor": merge.survivor_id},
        )
    return merge


def one_merge_at_a_time(scope: Scope) -> None:
    """Hold the business until the caller's transaction ends. Merges of one business queue up: two of them could otherwise close a circle that neither sees."""
    Business.objects.select_for_update(no_key=True).get(pk=scope.business_id)


def _both(scope: Scope, *ids: int) -> list[Customer]:
    rows = visible(scope).in_bulk(list(ids))
    if any(one not in rows for one in ids):
        raise NotFound(_("There is no such customer."))
    return [rows[one] for one in ids]
