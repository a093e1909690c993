"""Removing customers whom an import made and who did nothing since."""

from __future__ import annotations

from django.db.models import Count, Exists, OuterRef

from regulars.customers.models import ContactPoint, Customer, ExternalId, Likeness, SearchBeginnings, SearchWord, Trait
from regulars.groundwork.kernel.models import ImportChange

OWN_PARTS = (ContactPoint, ExternalId, SearchBeginnings, SearchWord, Trait)


def remove_unused_customers(*, batch_id: int, after: int, limit: int) -> tuple[int, int, int | None]:
    """Remove the next customers of a batch, those with a higher id than `after`.

    Returns (removed, kept, last id looked at; None when there are none left). Kept are those whom anything else refers to: purchases,
    entries on the timeline, numbers or contact points that were added, changes by another import. Joins the caller's transaction.
    """
    ids = list(Customer.objects.filter(batch_id=batch_id, pk__gt=after).order_by("pk").values_list("pk", flat=True)[:limit])
    if not ids:
        return 0, 0, None
    used = used_customers(ids, batch_id=batch_id)
    free = [one for one in ids if one not in used]
    for part in OWN_PARTS:
        part.objects.filter(customer_id__in=free).delete()
    Customer.objects.filter(pk__in=free).delete()
    return len(free), len(used), ids[-1]


def used_customers(ids: list[int], *, batch_id: int) -> set[int]:
    """Who of these customers is referred to by anything that the batch itself did not make."""
    used: set[int] = set()
    for relation in Customer._meta.related_objects:
        model = relation.related_model
        if model in OWN_PARTS or model is Likeness or isinstance(model, str):  # to resemble somebody is no use
            continue
        name = relation.field.attname
        used.update(model._default_manager.filter(**{f"{name}__in": ids}).values_list(name, flat=True))
    changed = ImportChange.objects.filter(subject_id__in=ids).exclude(batch_id=batch_id).filter(batch__kind="customers")
    used.update(changed.values_list("subject_id", flat=True))
    many = Customer.objects.filter(pk__in=ids).annotate(numbers=Count("external_ids")).filter(numbers__gt=1)
    used.update(many.values_list("pk", flat=True))
    later = ContactPoint.objects.filter(customer=OuterRef("pk"), added_at__gt=OuterRef("created_at"))
    used.update(Customer.objects.filter(Exists(later), pk__in=ids).values_list("pk", flat=True))
    return used
