"""Filling and emptying the buckets that slow down guessing."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import ngettext

from regulars.groundwork.kernel.refusals import Refusal
from regulars.staff.models import Budget
from regulars.staff.rules.budgets import GUESSES, Limit, level_after, wait_seconds


class TooManyTries(Refusal):
    code = "too_many_tries"
    status = 429

    def __init__(self, seconds: int) -> None:
        minutes = max(1, -(-seconds // 60))
        sentence = ngettext(
            "Too many wrong tries. Wait a minute, then try again.",
            "Too many wrong tries. Wait %(minutes)d minutes, then try again.",
            minutes,
        ) % {"minutes": minutes}
        super().__init__(sentence, retry_after=seconds)


def fill_bucket(*, bucket: str, limit: Limit, at: datetime) -> int:
    """Add one try to a bucket. Returns the seconds to wait; a full bucket is not filled further."""
    with transaction.atomic():
        Budget.objects.bulk_create([Budget(bucket=bucket, at=at)], ignore_conflicts=True)
        row = Budget.objects.select_for_update().get(bucket=bucket)
        level = level_after(row.level, (at - row.at).total_seconds(), limit)
        wait = wait_seconds(level, limit)
        if wait:
            row.full_at = at
        row.level, row.at = (level, at) if wait else (level + 1, at)
        row.save(update_fields=["level", "at", "full_at"])
    return wait


def take_back_try(bucket: str) -> None:
    """One try was no wrong one after all."""
    row = Budget.objects.select_for_update().filter(bucket=bucket).first()
    if row:
        row.level = max(0.0, row.level - 1)
        row.save(update_fields=["level"])


def empty_bucket(bucket: str) -> None:
    """Somebody proved who they are: forget their slips."""
    Budget.objects.filter(bucket=bucket).update(level=0)


def count_guess(*, door: str, caller: str, at: datetime) -> None:
    """Count a try of somebody's at a code of some door ("voucher"), before it is looked at. Raises TooManyTries when their bucket is full.

    `caller` names where the tries come from: a key, an employee, a network. Call it outside of a transaction that a refusal takes back.
    """
    if wait := fill_bucket(bucket=f"{door}:{caller}"[:80], limit=GUESSES, at=at):
        raise TooManyTries(wait)


def forgive_guess(*, door: str, caller: str) -> None:
    """The code was right: the try counts no more."""
    with transaction.atomic():
        take_back_try(f"{door}:{caller}"[:80])
