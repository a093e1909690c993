"""Delivery: one job hands one fact to one reaction, or several that were announced together."""

from __future__ import annotations

from regulars.groundwork.kernel import facts
from regulars.groundwork.kernel.jobs import Work, enqueue, job
from regulars.groundwork.kernel.models import FactRow, Job


@job("kernel.deliver")
def deliver(work: Work) -> None:
    """Hand facts to one reaction, all or none; when that went wrong once, each gets a job of its own, so that one holds up no other."""
    numbers: list[int] = work.payload.get("facts") or [work.payload["fact"]]
    name: str = work.payload["reaction"]
    if len(numbers) > 1 and Job.objects.get(pk=work.job_id).attempts > 1:
        for number in numbers:
            enqueue("kernel.deliver", {"fact": number, "reaction": name}, key=f"{number}:{name}:alone")
        return
    rows = FactRow.objects.in_bulk(numbers)
    reaction = next(known for known in facts.REACTIONS if known.name == name)
    for number in numbers:
        reaction.run(facts.unpacked(rows[number].name, rows[number].body))
