"""Facts: what has happened, announced in the transaction that made it so, and delivered to reactions afterwards.

`announce()` writes three things together with the caller's own rows: the fact, one delivery job for each reaction, one line of the audit
trail. A reaction runs in the worker, in a transaction of its own that also settles the job: each (fact, reaction) pair happens once.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import batched
from typing import Any, ClassVar, cast

from django.db import connection
from pydantic import TypeAdapter

KNOWN: dict[str, type[Fact]] = {}
REACTIONS: list[Reaction] = []
DELIVERED_TOGETHER = 100
WRITE = "INSERT INTO kernel_fact (name, tenant_id, at, actor, subject, body) VALUES (%s, %s, %s, %s, %s, %s) RETURNING id"
_ADAPTERS: dict[str, TypeAdapter[Any]] = {}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Fact:
    """The base of all facts: whose (`tenant_id`), when (`at`, UTC), by whom (`actor`: "employee:3", "key:7", "system:import")."""

    tenant_id: int
    at: datetime
    actor: str

    name: ClassVar[str] = "kernel.Fact"

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        capability = cls.__module__.removeprefix("regulars.").split(".")[0]
        cls.name = f"{capability}.{cls.__name__}"
        KNOWN[cls.name] = cls

    @property
    def subject(self) -> str:
        """The thing that the fact is about, as "kind:id"; facts override it."""
        return ""


@dataclasses.dataclass(frozen=True)
class Reaction:
    """A function that answers to a class of facts, under a stable name.

    `many`: it is so little work that a hundred facts announced together are delivered in one transaction.
    """

    name: str
    to: type[Fact]
    run: Callable[[Any], None]
    many: bool = False


def reacts_to[F: Fact](fact: type[F], *, name: str, many: bool = False) -> Callable[[Callable[[F], None]], Callable[[F], None]]:
    """Mark a function of a `reactions` room as the answer to a fact class and all that inherits it; `many` as in `Reaction`."""

    def mark(function: Callable[[F], None]) -> Callable[[F], None]:
        if any(known.name == name for known in REACTIONS):
            raise RuntimeError(f"two reactions are called {name!r}")
        REACTIONS.append(Reaction(name=name, to=fact, run=function, many=many))
        return function

    return mark


def announce(fact: Fact, *, before: dict[str, Any] | None = None, after: dict[str, Any] | None = None) -> int:
    """Write a fact, its deliveries and its audit line inside the caller's transaction.

    `before` and `after` are the values that changed; only their salted digest is kept. Returns the fact's id.
    Raises RuntimeError outside a transaction: a fact that can't be rolled back with its cause would be a rumour.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("announce() belongs inside the transaction of its cause")
    from regulars.groundwork.kernel import audit, jobs
    from regulars.groundwork.kernel.bulk.dialect import instant_value
    from regulars.groundwork.kernel.bulk.prepared import fetch_prepared

    instant = instant_value(fact.at)
    number = fetch_prepared(WRITE, fact.name, fact.tenant_id, instant, fact.actor, fact.subject, json.dumps(packed(fact)))[0][0]
    waiting = [one.name for one in REACTIONS if isinstance(fact, one.to)]
    jobs.enqueue_fresh("kernel.deliver", [(f"{number}:{name}", {"fact": number, "reaction": name}) for name in waiting])
    audit.write_line(
        tenant_id=fact.tenant_id, at=fact.at, actor=fact.actor, act=fact.name, subject=fact.subject, before=before, after=after
    )
    return int(number)


def announce_many(facts: Sequence[Fact]) -> None:
    """Announce facts of one business, each as `announce` would, in a handful of statements for all of them together."""
    if not connection.in_atomic_block:
        raise RuntimeError("announce_many() belongs inside the transaction of its cause")
    if not facts:
        return
    from regulars.groundwork.kernel import audit
    from regulars.groundwork.kernel.bulk.copying import copy_rows, next_ids
    from regulars.groundwork.kernel.jobs import KINDS
    from regulars.groundwork.kernel.models import Job

    numbers = next_ids(table="kernel_fact", count=len(facts))
    copy_rows(
        table="kernel_fact",
        columns=("id", "name", "tenant_id", "at", "actor", "subject", "body"),
        rows=[
            (number, one.name, one.tenant_id, one.at, one.actor, one.subject, json.dumps(packed(one)))
            for number, one in zip(numbers, facts, strict=True)
        ],
    )
    lane = KINDS["kernel.deliver"].lane
    waiting = []
    for reaction in REACTIONS:
        wanted = [number for number, one in zip(numbers, facts, strict=True) if isinstance(one, reaction.to)]
        for some in batched(wanted, DELIVERED_TOGETHER if reaction.many else 1):
            which = {"facts": list(some)} if reaction.many else {"fact": some[0]}
            waiting.append(
                Job(kind="kernel.deliver", lane=lane, key=f"{some[0]}:{reaction.name}", payload={**which, "reaction": reaction.name})
            )
    Job.objects.bulk_create(waiting)
    audit.write_lines(tenant_id=facts[0].tenant_id, acts=[(one.at, one.actor, one.name, one.subject) for one in facts])


def packed(fact: Fact) -> dict[str, Any]:
    """The fact as JSON values."""
    return cast("dict[str, Any]", _adapter(type(fact)).dump_python(fact, mode="json"))


def unpacked(name: str, body: dict[str, Any]) -> Fact:
    """The fact that `packed` wrote. Raises KeyError for a class that no longer exists, ValidationError for another shape."""
    return cast("Fact", _adapter(KNOWN[name]).validate_python(body))


def _adapter(fact: type[Fact]) -> TypeAdapter[Any]:
    if fact.name not in _ADAPTERS:
        _ADAPTERS[fact.name] = TypeAdapter(fact)
    return _ADAPTERS[fact.name]
