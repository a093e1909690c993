"""Contacts of somebody who was forgotten: what was said goes, that it happened stays."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from regulars.contacts.models import Contact, Entry, FollowUp, FollowUpEnding, Freeze, Slot


def forget_contacts(*, customer_ids: Collection[int]) -> int:
    """Blank notes, links, promises, addresses in the ledger, reasons of freezes and the values of headlines of these records. Returns how many rows lost something."""
    with transaction.atomic():
        spoken = Contact.objects.filter(customer_id__in=customer_ids)
        changed = spoken.exclude(note="", links={}).update(note="", links={})
        changed += Entry.objects.filter(customer_id__in=customer_ids).exclude(headline_values={}).update(headline_values={})
        promised = FollowUp.objects.filter(customer_id__in=customer_ids)
        changed += FollowUpEnding.objects.filter(follow_up__in=promised).exclude(reason="").update(reason="")
        changed += promised.exclude(what="").update(what="")
        changed += Slot.objects.filter(customer_id__in=customer_ids).update(address="", household="", settled_reason="")
        changed += Freeze.objects.filter(customer_id__in=customer_ids).exclude(reason="").update(reason="")
    return changed
