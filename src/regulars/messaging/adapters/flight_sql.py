"""Messages on their way, some at a time: each step one statement, in the words of each database.

Whoever marks a message says by which claim (its fence): a message that somebody else has taken over stays as it is.
"""
# ruff: noqa: S608 — put together from names that the program chose; values travel as parameters

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from regulars.groundwork.kernel.bulk.copying import on_postgres
from regulars.groundwork.kernel.bulk.dialect import fetch, instant_value
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared


@dataclass(frozen=True, slots=True)
class Barriers:
    """What keeps mail from going out: businesses whose mail is stopped; addresses on the list, and whether for all purposes."""

    stopped: frozenset[int]
    listed: dict[tuple[int, str], bool]


def still_claimed(*, claims: Sequence[tuple[int, int]]) -> set[int]:
    """Those of the messages (id, fence) that are still claimed so, locked in one order until the transaction ends."""
    among, ids = _among([pk for pk, _fence in claims])
    lock = " FOR UPDATE" if on_postgres() else ""
    rows = fetch(f"SELECT id, fence FROM messaging_message WHERE id {among} AND state = 'claimed' ORDER BY id{lock}", *ids)
    known = set(claims)
    return {row[0] for row in rows if (row[0], row[1]) in known}


def barriers(*, business_ids: Collection[int], addresses: Collection[str]) -> Barriers:
    """The switch and the list, as they stand now."""
    (own, own_values), (at, at_values) = _among(sorted(business_ids)), _among(sorted(addresses))
    rows = fetch_prepared(
        "SELECT s.business_id, '', 0 FROM messaging_switch s WHERE s.resumed_at IS NULL"
        " UNION ALL SELECT u.business_id, u.address, CASE WHEN u.all_purposes THEN 2 ELSE 1 END FROM messaging_suppression u"
        f" WHERE u.business_id {own} AND u.address {at}",
        *own_values, *at_values,
    )  # fmt: skip
    listed: dict[tuple[int, str], bool] = {}
    for business_id, address, how in rows:
        if how:
            listed[business_id, address] = listed.get((business_id, address), False) or how == 2
    return Barriers(frozenset(row[0] for row in rows if not row[2]), listed)


def mark_in_flight(*, claims: Sequence[tuple[int, int, str]], at: datetime, lease: timedelta) -> set[int]:
    """Mark claimed messages (id, fence, reservation) as being handed over. Returns those that it was true of."""
    if on_postgres():
        given = json.dumps([{"id": pk, "fence": fence, "reservation": place} for pk, fence, place in claims])
        rows = fetch_prepared(
            "UPDATE messaging_message m SET state = 'in_flight', in_flight_at = %s::timestamptz, attempts = m.attempts + 1,"
            " leased_until = statement_timestamp() + %s * interval '1 second', reservation = g.reservation"
            " FROM json_to_recordset(%s::json) AS g(id bigint, fence bigint, reservation text)"
            " WHERE m.id = g.id AND m.fence = g.fence AND m.state = 'claimed' RETURNING m.id",
            at, int(lease.total_seconds()), given,
        )  # fmt: skip
        return {row[0] for row in rows}
    until = f"+{int(lease.total_seconds())} seconds"
    return _one_by_one(
        "UPDATE messaging_message SET state = 'in_flight', in_flight_at = %s, attempts = attempts + 1,"
        " leased_until = strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now', %s), reservation = %s"
        " WHERE id = %s AND fence = %s AND state = 'claimed' RETURNING id",
        [(instant_value(at), until, place, pk, fence) for pk, fence, place in claims],
    )


def mark_accepted(*, claims: Sequence[tuple[int, int, str]], at: datetime) -> set[int]:
    """Mark messages (id, fence, the server's words) as accepted. Returns those that were still ours."""
    if on_postgres():
        given = json.dumps([{"id": pk, "fence": fence, "words": words} for pk, fence, words in claims])
        rows = fetch_prepared(
            "UPDATE messaging_message m SET state = 'accepted', reason = '', reply_text = g.words, leased_until = NULL, lease_owner = '',"
            " settled_at = %s::timestamptz FROM json_to_recordset(%s::json) AS g(id bigint, fence bigint, words text)"
            " WHERE m.id = g.id AND m.fence = g.fence AND m.state = 'in_flight' RETURNING m.id",
            at, given,
        )  # fmt: skip
        return {row[0] for row in rows}
    return _one_by_one(
        "UPDATE messaging_message SET state = 'accepted', reason = '', reply_text = %s, leased_until = NULL, lease_owner = '', settled_at = %s"
        " WHERE id = %s AND fence = %s AND state = 'in_flight' RETURNING id",
        [(words, instant_value(at), pk, fence) for pk, fence, words in claims],
    )


def _one_by_one(sql: str, rows: Sequence[tuple[Any, ...]]) -> set[int]:
    return {found[0] for row in rows for found in fetch(sql, *row)}


def _among(values: Sequence[Any]) -> tuple[str, list[Any]]:
    if on_postgres():
        return "= ANY(%s)", [list(values)]
    return f"IN ({', '.join(['%s'] * len(values))})", list(values)
