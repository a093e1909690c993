"""Threads of one process that ask the database the same kind of thing at the same time are answered together.

Whoever comes first answers for all who came meanwhile, then hands on to the first of those who came after. Nobody waits for company:
somebody alone is answered at once. A hundred questions in one transaction cost little more than ten, each in its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence


class _Asked[Q, A]:
    """One question that waits for its answer, or for its turn to answer."""

    __slots__ = ("answer", "fault", "leads", "question", "turn")

    def __init__(self, question: Q) -> None:
        self.question = question
        self.answer: A | None = None
        self.fault: Exception | None = None
        self.leads = False
        self.turn = threading.Lock()
        self.turn.acquire()


class Gathering[Q, A]:
    """`answer` takes some questions and gives as many answers; what it raises, each of those who asked gets."""

    def __init__(self, answer: Callable[[Sequence[Q]], Sequence[A]], *, most: int = 64) -> None:
        self.answer, self.most = answer, most
        self.lock = threading.Lock()
        self.waiting: list[_Asked[Q, A]] = []
        self.is_led = False

    def ask(self, question: Q) -> A:
        """The answer to one question, found by this thread or by another one."""
        own: _Asked[Q, A] = _Asked(question)
        with self.lock:
            self.waiting.append(own)
            own.leads = not self.is_led
            self.is_led = True
        if not own.leads:
            own.turn.acquire()
        if own.leads:
            self._lead()
        if own.fault is not None:
            raise own.fault
        return own.answer  # type: ignore[return-value]

    def _lead(self) -> None:
        """Answer the first of those who wait (this thread's question is the very first), then let the next one lead."""
        with self.lock:
            together, self.waiting = self.waiting[: self.most], self.waiting[self.most :]
        done = False
        try:
            answers = self.answer([one.question for one in together])
            for one, answer in zip(together, answers, strict=True):
                one.answer = answer
            done = True
        except Exception as fault:
            for one in together:
                one.fault = fault
            done = True
        finally:
            if not done:  # this thread is being ended; the others are not
                for one in together:
                    one.fault = RuntimeError("the thread that was answering has ended")
            self._hand_on(together)

    def _hand_on(self, together: Sequence[_Asked[Q, A]]) -> None:
        with self.lock:
            heir = self.waiting[0] if self.waiting else None
            self.is_led = heir is not None
        if heir is not None:
            heir.leads = True
            heir.turn.release()
        for one in together[1:]:
            one.turn.release()
