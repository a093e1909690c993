"""Many contacts at once, as a mailbox full of mail brings them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from regulars.business.queries import Scope
from regulars.contacts.events import ContactLogged
from regulars.contacts.models import Contact
from regulars.contacts.rules.particulars import ContactParticulars, faults_of
from regulars.contacts.services.recording import ContactRefused, new_contact
from regulars.groundwork.kernel.facts import announce_many


def log_contacts(
    *, scope: Scope, said: Sequence[tuple[int, ContactParticulars, str]], at: datetime, actor: str, source: str
) -> list[Contact]:
    """Write new contacts down, each (customer id, particulars, key), inside the caller's transaction; each is announced as `log_contact` does.

    The caller has looked the customers and terms up. Raises ContactRefused, and IntegrityError when a key was used before: then nothing of
    the caller's transaction stands.
    """
    for _customer_id, one, _key in said:
        faults = faults_of(one, now=at)
        if faults:
            raise ContactRefused(faults)
    rows = Contact.objects.bulk_create(
        [
            new_contact(one=one, business_id=scope.business_id, customer_id=customer_id, at=at, actor=actor, source=source, key=key)
            for customer_id, one, key in said
        ]
    )
    announce_many(
        [
            ContactLogged(
                tenant_id=scope.business_id,
                at=at,
                actor=actor,
                contact_id=row.pk,
                customer_id=row.customer_id,
                channel=row.channel,
                direction=row.direction,
                nature=row.nature,
                outcome=row.outcome,
            )
            for row in rows
        ]
    )
    return rows
