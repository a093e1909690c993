"""Threads of one process that ask the database the same kind of thing at the same time are answered together.

Whoever comes first answers for all who came meanwhile, then hands on to the first of those who came after. A hundred questions in one
transaction cost little more than ten, each in its own. Somebody alone is answered at once. Only in a crowd, when several have just been
answered, the next to lead gives those a moment to come again: else the same threads would meet in two halves for ever.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

MOMENT = 0.002  # seconds; never more than half of what the last answer took


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
        # How many the next to lead would like to have together, and for how many seconds; `company` is released when they are there.
        self.wanted, self.patience = 0, 0.0
        self.crowd, self.answered_at = 0, 0.0  # how many there were when the last answer was given, and when that was
        self.company = threading.Lock()
        self.company.acquire()

    def ask(self, question: Q) -> A:
        """The answer to one question, found by this thread or by another one."""
        own: _Asked[Q, A] = _Asked(question)
        with self.lock:
            self.waiting.append(own)
            is_first = not self.is_led
            self.is_led = True
            if is_first and time.perf_counter() - self.answered_at < self.patience:
                self.wanted = self.crowd if self.crowd > len(self.waiting) else 0
            elif self.wanted and len(self.waiting) >= self.wanted:
                self.wanted = 0
                self.company.release()
        if not is_first:
            own.turn.acquire()
        if is_first or own.leads:
            self._await_company()
            self._lead()
        if own.fault is not None:
            raise own.fault
        return own.answer  # type: ignore[return-value]

    def _await_company(self) -> None:
        if self.wanted:
            self.company.acquire(timeout=self.patience)
        with self.lock:
            self.wanted = 0
            self.company.acquire(blocking=False)  # they may have come at the last moment: it is held again in any case

    def _lead(self) -> None:
        """Answer the first of those who wait (this thread's question is the very first), then let the next one lead."""
        begun = time.perf_counter()
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
            self._hand_on(together, time.perf_counter() - begun)

    def _hand_on(self, together: Sequence[_Asked[Q, A]], took: float) -> None:
        with self.lock:
            heir = self.waiting[0] if self.waiting else None
            self.is_led = heir is not None
            self.crowd = min(len(self.waiting) + len(together), self.most)
            self.patience, self.answered_at = min(MOMENT, took / 2), time.perf_counter()
            if heir is not None:
                self.wanted = self.crowd if self.crowd > len(self.waiting) else 0
        for one in together[1:]:
            one.turn.release()
        if heir is not None:
            heir.leads = True
            heir.turn.release()
