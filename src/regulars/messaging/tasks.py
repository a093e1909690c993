"""Background work with mail."""

from __future__ import annotations

from datetime import timedelta

from regulars.groundwork.kernel.clock import now
from regulars.groundwork.kernel.jobs import Work, enqueue, job
from regulars.groundwork.kernel.schedules import schedule
from regulars.messaging.services import acknowledge, end_rests, fetch_mailbox, mailboxes_to_fetch, read_waiting, send_on

BATCH = 100
ROUND = timedelta(seconds=20)


@job("messaging.read_mail")
def read_mail(work: Work) -> None:
    """Read what waits; when there may be more, a further job goes on, so that one transaction stays short."""
    if read_waiting(at=now(), limit=BATCH) >= BATCH:
        enqueue("messaging.read_mail", {}, key=f"after:{work.job_id}")


@job("messaging.fetch_all")
def fetch_all(work: Work) -> None:
    """Each minute: one job for every mailbox, so that a slow server holds up nobody else's mail."""
    for mailbox in mailboxes_to_fetch():
        enqueue("messaging.fetch", {"mailbox": mailbox.pk}, key=f"{mailbox.pk}:{work.payload.get('slot', work.job_id)}")


@job("messaging.fetch", lane="long", attempts=1)
def fetch(work: Work) -> None:
    """Fetch one mailbox."""
    for mailbox in mailboxes_to_fetch():
        if mailbox.pk == work.payload["mailbox"]:
            fetch_mailbox(mailbox=mailbox, at=now())


@job("messaging.acknowledge")
def acknowledge_mail(work: Work) -> None:
    """Say that a mail has arrived, if it may be said."""
    acknowledge(mail_id=work.payload["mail"], at=now())


@job("messaging.send", lane="outside")
def send(work: Work) -> None:
    """Send what is due until nothing is, keeping the lease; a longer queue goes on in a further job, so that shutting down is quick."""
    end = now() + ROUND

    def goes_on() -> bool:
        work.beat()
        return now() < end

    send_on(owner=f"job:{work.job_id}:{work.fence}", now=now, goes_on=goes_on)
    if now() >= end:
        enqueue("messaging.send", {}, key=f"after:{work.job_id}")


@job("messaging.upkeep")
def upkeep(_work: Work) -> None:
    """Addresses whose rest is over get mail again."""
    end_rests(at=now())


schedule("messaging.sender", kind="messaging.send", every_minutes=1)
schedule("messaging.upkeep", kind="messaging.upkeep", every_minutes=60)
schedule("messaging.fetcher", kind="messaging.fetch_all", every_minutes=1)
schedule("messaging.reader", kind="messaging.read_mail", every_minutes=1)
