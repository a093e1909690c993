"""Taking the contacts of one source away again: the demo's, an imported batch's. The log keeps why."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from regulars.contacts.events import ContactsWithdrawn
from regulars.contacts.models import Contact, Entry, FollowUp, FollowUpEnding, Freeze, Slot, Withdrawal
from regulars.groundwork.kernel.facts import announce


def withdraw_contacts(*, business_id: int, source: str, reason: str, at: datetime, actor: str) -> int:
    """Take away all contacts of a source, the corrections of them, and the promises made at them. Returns how many contacts went."""
    with transaction.atomic():
        Withdrawal.objects.create(business_id=business_id, source=source, at=at, actor=actor, reason=reason)
        leaving = Contact.objects.filter(business_id=business_id, source=source)
        promises = FollowUp.objects.filter(
            Q(contact__in=leaving) | Q(contact__isnull=True, actor=f"system:{source}"), business_id=business_id
        )
        FollowUpEnding.objects.filter(follow_up__in=promises).delete()
        FollowUpEnding.objects.filter(contact__in=leaving).update(contact=None)
        promises.delete()
        corrected = list(leaving.filter(correction__isnull=False).values_list("pk", flat=True))
        going = leaving.exclude(pk__in=corrected)
        Freeze.objects.filter(business_id=business_id, source__startswith=f"{source}:").delete()
        Entry.objects.filter(business_id=business_id, actor=f"system:{source}").delete()
        Slot.objects.filter(business_id=business_id, source=source).delete()
        Slot.objects.filter(contact__in=going).delete()
        count = going._raw_delete(going.db)
        announce(ContactsWithdrawn(tenant_id=business_id, at=at, actor=actor, source=source, batch_id=None, removed=count))
    return count
