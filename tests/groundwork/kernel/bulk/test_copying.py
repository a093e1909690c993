"""Rows in, as they are: whatever their signs, on both databases."""

from __future__ import annotations

import pytest
from django.db import transaction
from hypothesis import example, given, settings
from hypothesis import strategies as st

from regulars.groundwork.kernel.bulk.copying import copy_rows
from regulars.groundwork.kernel.bulk.dialect import fetch, run

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
CELLS = st.one_of(st.none(), TEXTS, st.sampled_from([r"\N", "\\", "\t", "\n", "\r\n", r"a\tb", "\\.", ""]))


@pytest.mark.django_db(transaction=True)
@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(CELLS, CELLS, st.integers(-(2**62), 2**62)), max_size=20))
@example(rows=[(r"\N", None, 1)])
@example(rows=[("a\tb", "c", 1), ("d", "e\nf", 2), (None, "\\", 3)])
def test_what_is_copied_in_reads_back_the_same(rows: list[tuple[str | None, str | None, int]]) -> None:
    with transaction.atomic():
        run("CREATE TEMPORARY TABLE copied (place integer, one text, two text, number bigint)")
        assert copy_rows(table="copied", columns=["place", "one", "two", "number"], rows=((n, *row) for n, row in enumerate(rows))) == len(
            rows
        )
        kept = fetch("SELECT one, two, number FROM copied ORDER BY place")
        run("DROP TABLE copied")
    assert kept == rows
