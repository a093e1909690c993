"""What is wrong with a program's document, in words and beside its field."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.desk.web.loyalty_fields import SECTIONS, Words, label_of
from regulars.desk.web.loyalty_shape import rows_at, value_at
from regulars.loyalty.queries import Fault

WORDS: dict[str, Words] = {
    "missing": gettext_lazy("This is missing."),
    "unknown_key": gettext_lazy("There is no such key."),
    "key_twice": gettext_lazy("This key stands twice."),
    "code_twice": gettext_lazy("This code stands twice. Each has its own."),
    "duplicate_code": gettext_lazy("This code stands twice. Each has its own."),
    "unknown_unit": gettext_lazy("There is no such unit in this program."),
    "unknown_tier": gettext_lazy("There is no such tier in this program."),
    "stamps_come_from_cards": gettext_lazy("Stamps come from punch cards; a rule can't give them."),
    "not_spendable": gettext_lazy("Only what can be spent can pay."),
    "no_json": gettext_lazy("This is no JSON that can be read."),
    "too_large": gettext_lazy("The document is larger than 4 MB."),
    "int_type": gettext_lazy("Write a whole number."),
    "int_parsing": gettext_lazy("Write a whole number."),
    "literal_error": gettext_lazy("Choose one of those that are offered."),
    "string_pattern_mismatch": gettext_lazy("This is not written as it has to be."),
    "string_too_short": gettext_lazy("This is missing."),
    "string_too_long": gettext_lazy("This is too long."),
    "date_from_datetime_parsing": gettext_lazy("This is no date."),
    "date_parsing": gettext_lazy("This is no date."),
    "date_type": gettext_lazy("This is no date."),
    "reward_unknown": gettext_lazy("There is no such reward in this program."),
    "too_many_decimals": gettext_lazy("This is finer than the currency's smallest coin, or nothing."),
    "below_one": gettext_lazy("This lets nothing through, ever."),
    "visit_above_day": gettext_lazy("The limit of a day is lower: this one never counts."),
    "goods_all_excepted": gettext_lazy("All goods that are named are excepted, too: it never applies."),
    "trait_without_values": gettext_lazy("A trait without values means nobody."),
    "weekdays_never": gettext_lazy("None of these weekdays lies in the period."),
    "hours_never": gettext_lazy("These hours never occur: the clock change skips them."),
    "hours_skipped": gettext_lazy("On the day of the clock change these hours don't occur."),
    "period_over": gettext_lazy("The last day is over: it never applies again."),
    "day_limit_idle": gettext_lazy("The limit in all is lower: this one never counts."),
    "cap_idle": gettext_lazy("The limit for all offers is lower: this one never counts."),
    "not_exactly_one": gettext_lazy("Fill in exactly one of the ways in which it is earned, and exactly one in which it gives."),
    "buy_without_free": gettext_lazy("“Of so many bought” and “so many more are free” belong together."),
    "per_amount": gettext_lazy("An amount belongs to stamps per amount, and to nothing else."),
    "months_of_expiry": gettext_lazy("Months belong to an end, and none without one."),
    "window_months": gettext_lazy("Only “the last months” has a length of its own."),
    "limit_without_price": gettext_lazy("A limit counts only what is had for a price."),
    "amount_of_reward": gettext_lazy("An amount belongs to an amount off, and to nothing else."),
    "percent_of_reward": gettext_lazy("A percentage belongs to per cent off, and to nothing else."),
    "goods_of_reward": gettext_lazy("Say which goods are free."),
    "goods_of_gift": gettext_lazy("A gift is none of the till's goods: leave the goods out."),
    "no_tiers": gettext_lazy("A ladder without tiers reaches nothing."),
    "not_for_fields": gettext_lazy("The fields can't show this document: rules stand where they don't belong."),
    "program_exists": gettext_lazy("There is a program with this code already."),
    "other_code": gettext_lazy("The code belongs to the program and can't change."),
}
BOUNDS: dict[str, Words] = {
    "greater_than_equal": gettext_lazy("This must be at least %(n)s."),
    "less_than_equal": gettext_lazy("This must be at most %(n)s."),
}
NUMBER = re.compile(r"\d+")


def sentence_of(fault: Fault) -> str:
    """A fault in words: ours by its code, else those of whoever found it."""
    bound = NUMBER.search(fault.sentence) if fault.code in BOUNDS else None
    if bound:
        return str(BOUNDS[fault.code]) % {"n": bound[0]}
    words = str(WORDS.get(fault.code) or fault.sentence or fault.code)
    return f"{words[:1].upper()}{words[1:]}{'' if words.endswith('.') else '.'}"


def field_of(fault: Fault, fields: Collection[str], shape: Mapping[str, Any]) -> str | None:
    """The field that a fault belongs to: that of its place, of what surrounds it, or the first one within it."""
    steps = fault.place.split(".")
    if len(steps) == 2 and not steps[1].isdigit() and f"{steps[0]}.0.code" in fields:
        coded = [n for n, one in enumerate(value_at(shape, steps[0]) or []) if one.get("code") == steps[1]]
        return f"{steps[0]}.{coded[-1]}.code" if coded else None
    while steps:
        place = ".".join(steps)
        if place in fields:
            return place
        inside = [name for name in fields if name.startswith(f"{place}.")] if _is_part(steps) else []
        if inside:
            return _fitting(fault, inside)
        steps = steps[:-1]
    return None


def place_in_words(place: str, shape: Mapping[str, Any]) -> str:
    """Where something stands, as a person reads it: “How it is earned, Happy hour, Points”."""
    for section in SECTIONS:
        rest = place.removeprefix(f"{section.place}.").split(".")
        if place.startswith(f"{section.place}.") and rest[0].isdigit():
            rows = rows_at(shape, section)
            row = rows[int(rest[0])] if int(rest[0]) < len(rows) else {}
            name = str(row.get("name") or row.get("code") or _("number %(n)s") % {"n": int(rest[0]) + 1})
            return ", ".join(one for one in (str(section.title), name, label_of(place)) if one)
    return label_of(place)


def _is_part(steps: list[str]) -> bool:
    """Whether a place lies within a rule (its period, its goods), and is not the rule itself or a section."""
    return not steps[-1].isdigit() and any(one.isdigit() for one in steps)


def _fitting(fault: Fault, names: list[str]) -> str:
    wanted = {"period_over": "until_on", "weekdays_never": "weekdays", "months_of_expiry": "months"}.get(
        fault.code, "from_time" if fault.code.startswith("hours_") else ""
    )
    return next((name for name in names if wanted and name.endswith(wanted)), names[0])
