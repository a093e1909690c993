"""Delivery: one job hands one fact to one reaction."""

from __future__ import annotations

from regulars.groundwork.kernel import facts
from regulars.groundwork.kernel.jobs import Work, job
from regulars.groundwork.kernel.models import FactRow


@job("kernel.deliver")
def deliver(work: Work) -> None:
    """Hand one fact to one reaction."""
    row = FactRow.objects.get(pk=work.payload["fact"])
    reaction = next(known for known in facts.REACTIONS if known.name == work.payload["reaction"])
    reaction.run(facts.unpacked(row.name, row.body))
