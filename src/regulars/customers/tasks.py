"""Background work with customers: imports, as kinds that the kernel's import job knows; and by the clock the journal of erasures
completed, retention kept, stale requests dropped."""

from __future__ import annotations

from regulars.business.queries import Scope, all_businesses
from regulars.customers.services import (
    compare_customers,
    drop_stale_opt_ins,
    importing,  # noqa: F401 — registers the kind
    importing_consents,  # noqa: F401 — registers the kind
    keep_to_retention,
    note_pending_erasures,
)
from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.intake import jobs  # noqa: F401 — registers the job
from regulars.groundwork.kernel.jobs import Work, job
from regulars.groundwork.kernel.schedules import schedule


@job("customers.tidy", lane="long", attempts=3)
def tidy(work: Work) -> None:
    """Complete the journal first: whoever is forgotten below is noted in it at once."""
    at = clock.now()
    note_pending_erasures()
    drop_stale_opt_ins(at=at)
    for business in all_businesses():
        keep_to_retention(scope=Scope(business.pk), at=at, actor="system:retention")


@job("customers.compare", lane="long", attempts=3)
def compare(work: Work) -> None:
    """Who may be one person: in one business after an import, in all of them each night."""
    only = work.payload.get("business")
    for business in all_businesses():
        if only in (None, business.pk):
            compare_customers(business_id=business.pk)


schedule("customers.compare", kind="customers.compare", daily="03:10")
schedule("customers.tidy", kind="customers.tidy", daily="03:40")
