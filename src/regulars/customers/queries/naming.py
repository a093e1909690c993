"""Finding the one record that somebody means on the command line or in an address."""

from __future__ import annotations

from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.customers.models import Customer, ExternalId, Merge
from regulars.customers.queries.finding import visible
from regulars.groundwork.kernel.ids import parsed
from regulars.groundwork.kernel.refusals import NotFound, Refusal


class Ambiguous(Refusal):
    code = "ambiguous_number"

    def __init__(self, text: str) -> None:
        super().__init__(_("More than one customer has the number “%(text)s”. Name its source too: card:%(text)s.") % {"text": text[:60]})


def customer_named(*, scope: Scope, text: str) -> Customer:
    """The visible record with this id, number ("A-1001") or number of a source ("card:A-1001"). Raises NotFound, Ambiguous.

    The record itself, also when it was merged into another one: who wants the person asks `survivor_of`.
    """
    uuid = parsed(text)
    if uuid:
        row = visible(scope).filter(public_id=uuid).first()
    else:
        numbers = ExternalId.objects.filter(business_id=scope.business_id)
        source, colon, value = text.partition(":")
        fitting = numbers.filter(source=source, value=value) if colon else numbers.none()
        ids = list((fitting if fitting.exists() else numbers.filter(value=text)).values_list("customer_id", flat=True).distinct()[:2])
        if len(ids) > 1:
            raise Ambiguous(text)
        row = visible(scope).filter(pk__in=ids).first()
    if row is None:
        raise NotFound(_("There is no customer “%(text)s”.") % {"text": text[:60]})
    return row


def standing_merge_of(*, scope: Scope, loser_id: int) -> Merge:
    """The merge by which this record points to another one now. Raises NotFound."""
    merge = (
        Merge.objects.filter(business_id=scope.business_id, loser_id=loser_id, undone_at__isnull=True).select_related("survivor").first()
    )
    if merge is None:
        raise NotFound(_("This record is not merged into another one."))
    return merge


def merge_by_id(*, scope: Scope, public_id: str) -> Merge:
    """One merge of the business, standing or undone. Raises NotFound."""
    uuid = parsed(public_id)
    merge = (
        Merge.objects.filter(business_id=scope.business_id, public_id=uuid).select_related("loser", "survivor").first() if uuid else None
    )
    if merge is None:
        raise NotFound(_("There is no such merge."))
    return merge
