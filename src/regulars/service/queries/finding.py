"""Finding cases by their words."""
# ruff: noqa: S608 — all values are parameters

from __future__ import annotations

import re

from django.db import connection

from regulars.business.queries import Scope
from regulars.groundwork.kernel.bulk.dialect import fetch
from regulars.service.queries.listing import CaseLine, branch_condition, lines
from regulars.service.rules.words import folded

WORDS_MOST = 6
NEWEST = (5_000, 25_000)  # five times as many hold a whole page, when the first held half of one
MATCH = "to_tsvector('simple'::regconfig, words) @@ to_tsquery('simple', %s)"


def find_cases(*, scope: Scope, text: str, size: int = 40) -> list[CaseLine]:
    """Cases, newest first, in whose words each of these begins one; a number finds that case."""
    branches, values = branch_condition(scope, "t.branch_id")
    visible = f"WHERE t.business_id = %s{branches}"
    number = re.fullmatch(r"#?(\d{1,18})", text.strip(), re.ASCII)
    if number:
        return lines(f"{visible} AND t.id = %s", scope.business_id, *values, int(number[1]))
    words = re.findall(r"\w+", folded(text))[:WORDS_MOST]
    if not words:
        return []
    newest = "ORDER BY t.opened_at DESC, t.id DESC LIMIT %s"
    if connection.vendor == "postgresql":
        found = _numbers(scope, " & ".join(f"{word}:*" for word in words), size)
        return lines(f"{visible} AND t.id = ANY(%s) {newest}", scope.business_id, *values, found, size) if found else []
    wanted = " ".join(f'"{word}"*' for word in words)
    matching = "t.id IN (SELECT rowid FROM service_case_fts WHERE service_case_fts MATCH %s)"
    return lines(f"{visible} AND {matching} {newest}", scope.business_id, *values, wanted, size)


def _numbers(scope: Scope, wanted: str, size: int) -> list[int]:
    """First among the newest, which soon fills a page with common words; then by the text index, for which rare words are few.

    One statement for both would leave the choice to the planner, which can't know that two common words never meet: then it reads all.
    """
    branches, values = branch_condition(scope)
    kept = f"FROM service_case WHERE business_id = %s{branches}"
    newest = f"SELECT id, words {kept} ORDER BY opened_at DESC, id DESC LIMIT %s"
    hits = f"WITH hits AS MATERIALIZED (SELECT id, opened_at {kept} AND {MATCH})"
    for window in NEWEST:
        found = fetch(f"SELECT id FROM ({newest}) newest WHERE {MATCH} LIMIT %s", scope.business_id, *values, window, wanted, size)
        if len(found) == size or len(found) < size // 2:
            break
    if len(found) < size:
        found = fetch(f"{hits} SELECT id FROM hits ORDER BY opened_at DESC, id DESC LIMIT %s", scope.business_id, *values, wanted, size)
    return [number for (number,) in found]
