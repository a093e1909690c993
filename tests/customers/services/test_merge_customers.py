"""Merging is a pointer: chains, circles, two at once, and back again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, connections

from regulars.business.queries import Scope
from regulars.customers.models import Merge
from regulars.customers.queries import cluster_of, customers_after, merges_of, survivor_of
from regulars.customers.queries.together import circles
from regulars.customers.services import MergedAway, MergedWithItself, NotAlike, NotMerged, merge_customers, unmerge_customers
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.groundwork.kernel.retrying import retried

from tests.cast import ACTOR, NOON, Cast, call_the_cast

pytestmark = pytest.mark.django_db


def merge(cast: Cast, loser: int, survivor: int) -> Merge:
    return merge_customers(scope=cast.scope, loser_id=loser, survivor_id=survivor, at=NOON, actor=ACTOR)


def test_a_chain_is_one_person_and_comes_apart_again(cast: Cast) -> None:
    ada, bo, cleo = cast.ada.pk, cast.bo.pk, cast.cleo.pk
    first = merge(cast, cleo, bo)
    second = merge(cast, bo, ada)
    for one in (ada, bo, cleo):
        assert cluster_of(scope=cast.scope, customer_id=one) == (ada, bo, cleo)
        assert survivor_of(scope=cast.scope, customer_id=one) == ada
    assert len(merges_of(scope=cast.scope, customer_id=ada)) == 2
    unmerge_customers(scope=cast.scope, merge_id=first.pk, at=NOON + timedelta(days=1), actor=ACTOR)
    assert cluster_of(scope=cast.scope, customer_id=ada) == (ada, bo)
    assert cluster_of(scope=cast.scope, customer_id=cleo) == (cleo,)
    unmerge_customers(scope=cast.scope, merge_id=second.pk, at=NOON + timedelta(days=1), actor=ACTOR)
    assert cluster_of(scope=cast.scope, customer_id=ada) == (ada,)
    with pytest.raises(NotMerged):
        unmerge_customers(scope=cast.scope, merge_id=second.pk, at=NOON, actor=ACTOR)


def test_merging_with_itself_is_refused_by_every_road(cast: Cast) -> None:
    """Compare the case of a help desk that deleted such a customer."""
    ada, bo, cleo = cast.ada.pk, cast.bo.pk, cast.cleo.pk
    with pytest.raises(MergedWithItself):
        merge(cast, ada, ada)
    merge(cast, bo, ada)
    for loser, survivor in ((ada, bo), (bo, ada)):
        with pytest.raises(MergedWithItself):
            merge(cast, loser, survivor)
    merge(cast, cleo, bo)
    assert cluster_of(scope=cast.scope, customer_id=cleo)[0] == ada, "into the record that survived"
    with pytest.raises(MergedWithItself):
        merge(cast, ada, cleo)
    assert circles() == []


def test_a_record_is_merged_away_once(cast: Cast) -> None:
    merge(cast, cast.bo.pk, cast.ada.pk)
    with pytest.raises(MergedAway):
        merge(cast, cast.bo.pk, cast.cleo.pk)


def test_strangers_and_unlike_records_are_refused(cast: Cast) -> None:
    with pytest.raises(NotFound):
        merge_customers(scope=Scope(cast.other.pk), loser_id=cast.bo.pk, survivor_id=cast.ada.pk, at=NOON, actor=ACTOR)
    with pytest.raises(NotFound):
        merge_customers(
            scope=Scope(cast.business.pk, frozenset({cast.market.pk})),
            loser_id=cast.cleo.pk,
            survivor_id=cast.ada.pk,
            at=NOON,
            actor=ACTOR,
        )
    cast.bo.kind = "organisation"
    cast.bo.save()
    with pytest.raises(NotAlike):
        merge(cast, cast.bo.pk, cast.ada.pk)
    done = merge(cast, cast.cleo.pk, cast.ada.pk)
    with pytest.raises(NotFound):
        unmerge_customers(scope=Scope(cast.other.pk), merge_id=done.pk, at=NOON, actor=ACTOR)


def test_lists_show_one_record_for_one_person(cast: Cast) -> None:
    merge(cast, cast.bo.pk, cast.ada.pk)
    assert [row.pk for row in customers_after(scope=cast.scope).rows] == [cast.ada.pk, cast.cleo.pk]


@pytest.mark.django_db(transaction=True)
def test_merges_at_once_never_close_a_circle() -> None:
    cast = call_the_cast()
    ada, bo, cleo = cast.ada.pk, cast.bo.pk, cast.cleo.pk
    for pairs in ([(ada, bo), (bo, ada)], [(ada, bo), (bo, cleo), (cleo, ada)], [(ada, bo), (ada, cleo)]):
        Merge.objects.all().delete()
        answers = at_once([lambda pair=pair: merge(cast, *pair) for pair in pairs])  # type: ignore[misc]
        assert not [one for one in answers if isinstance(one, Exception) and not isinstance(one, Refusal)], answers
        assert circles() == []
        assert len([one for one in answers if isinstance(one, Merge)]) == len(pairs) - 1, (
            "all but the last that would have closed the circle"
        )


def at_once(acts: list[Callable[[], object]]) -> list[object]:
    """Let several threads act in the same moment."""
    gate = threading.Barrier(len(acts))
    answers: list[object] = []

    def run(act: Callable[[], object]) -> None:
        gate.wait()
        try:
            answers.append(retried(act))
        except Exception as fault:
            answers.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    connection.close()
    return answers
