"""Threads that ask together are answered together, each with its own answer."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from regulars.groundwork.kernel import gathering as gathering_module
from regulars.groundwork.kernel.gathering import Gathering

pytestmark = pytest.mark.pure


def test_somebody_alone_is_answered_at_once() -> None:
    assert Gathering(lambda asked: [one * 2 for one in asked]).ask(21) == 42


def test_those_who_come_while_somebody_answers_are_answered_together_and_each_gets_its_own() -> None:
    begun, go_on = threading.Event(), threading.Event()
    batches: list[list[int]] = []

    def answer(asked: Sequence[int]) -> list[int]:
        batches.append(list(asked))
        if len(batches) == 1:
            begun.set()
            go_on.wait(10)
        return [one * one for one in asked]

    gathering = Gathering(answer, most=20)
    found: dict[int, int] = {}

    def ask(number: int) -> None:
        found[number] = gathering.ask(number)

    first = threading.Thread(target=ask, args=(0,))
    first.start()
    begun.wait(10)
    others = [threading.Thread(target=ask, args=(number,)) for number in range(1, 31)]
    for one in others:
        one.start()
    while len(gathering.waiting) < 30:
        threading.Event().wait(0.005)
    go_on.set()
    for one in (first, *others):
        one.join(10)
    assert found == {number: number * number for number in range(31)}
    assert [len(batch) for batch in batches] == [1, 20, 10]
    assert not gathering.is_led


def test_a_fault_reaches_everybody_who_was_answered_with_it_and_nobody_later() -> None:
    faults = [ValueError("the database is away")]

    def answer(asked: Sequence[int]) -> list[int]:
        if faults:
            raise faults.pop()
        return list(asked)

    gathering = Gathering(answer)
    with pytest.raises(ValueError, match="away"):
        gathering.ask(1)
    assert gathering.ask(2) == 2


def test_threads_that_ask_in_a_loop_do_not_stay_apart_in_two_halves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering_module, "MOMENT", 1.0)  # so that a busy machine proves nothing
    sizes: list[int] = []

    def answer(asked: Sequence[int]) -> list[int]:
        sizes.append(len(asked))
        threading.Event().wait(0.05)
        return list(asked)

    gathering = Gathering(answer)

    def ask(number: int) -> None:
        for _round in range(12):
            assert gathering.ask(number) == number

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
    assert sum(sizes) == 96
    assert sum(sizes) / len(sizes) > 5.5, sizes  # in two halves it would be four
    assert not gathering.is_led
