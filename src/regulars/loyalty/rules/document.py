"""A program is one document: strict JSON, checked as a whole, the same for the builder page, the API and the command line.

`read_program` gives the document or what is wrong with it, each fault with its place and a code; `written` gives its canonical text, so that
the same program has the same digest wherever it was written.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AwareDatetime, BeforeValidator, Field, ValidationError

from regulars.loyalty.rules.cards import Card
from regulars.loyalty.rules.contradictions import WARNINGS as CARD_WARNINGS
from regulars.loyalty.rules.contradictions import faults_of_cards, faults_of_ladder, faults_of_period
from regulars.loyalty.rules.earning import Earning
from regulars.loyalty.rules.offer_faults import WARNINGS as OFFER_WARNINGS
from regulars.loyalty.rules.offer_faults import faults_of_offers
from regulars.loyalty.rules.offers import Discount, Special, Stacking
from regulars.loyalty.rules.parts import Code, Goods, Name, Note, Part
from regulars.loyalty.rules.rewards import WARNINGS as REWARD_WARNINGS
from regulars.loyalty.rules.rewards import Reward, faults_of_rewards
from regulars.loyalty.rules.tiers import Ladder
from regulars.loyalty.rules.units import Unit

DOCUMENT_BYTES_MAX = 4 * 1024 * 1024
WARNINGS = CARD_WARNINGS | OFFER_WARNINGS | REWARD_WARNINGS
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
Money = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


def _zone(value: Any) -> Any:
    if not isinstance(value, str) or value not in available_timezones():
        raise ValueError('write a time zone like "Europe/Berlin"')
    return value


class Program(Part):
    """All of a program's rules, for one span of time: from `effective_at`, or from the moment that it is applied."""

    format: Literal[1] = 1
    code: Code
    name: Name
    description: Note = ""
    currency: Money
    zone: Annotated[str, BeforeValidator(_zone)]
    effective_at: AwareDatetime | None = None
    joining: Literal["by_purchase", "by_request"] = "by_purchase"
    units: tuple[Unit, ...] = ()
    earning: tuple[Earning, ...] = ()
    ladder: Ladder | None = None
    cards: tuple[Card, ...] = ()
    discounts: tuple[Discount, ...] = ()
    specials: tuple[Special, ...] = ()
    stacking: Stacking = Stacking()
    rewards: tuple[Reward, ...] = ()
    never_earn: Goods | None = None
    hold_minutes: Annotated[int, Field(ge=1, le=1440)] = 15
    grace_days: Annotated[int, Field(ge=0, le=365)] = 30
    late_days_max: Annotated[int, Field(ge=0, le=90)] = 7
    offline_overspend: Literal["refuse", "debt"] = "refuse"
    notice_days: Annotated[int, Field(ge=0, le=365)] = 30
    adjustment_units_max: Annotated[int, Field(ge=0)] | None = None

    def unit(self, code: str) -> Unit | None:
        """The unit with this code, or None. Each card counts its stamps in a unit of its own, which bears the card's code."""
        return next((unit for unit in (*self.units, *self.stamps) if unit.code == code), None)

    @property
    def stamps(self) -> tuple[Unit, ...]:
        """The units in which cards count."""
        return tuple(Unit(code=card.code, name=card.name, kind="stamps") for card in self.cards)

    @property
    def tier_codes(self) -> tuple[str, ...]:
        """The tiers, lowest first."""
        return tuple(tier.code for tier in self.ladder.tiers) if self.ladder else ()

    @cached_property
    def traits_asked(self) -> frozenset[str]:
        """The traits of a member that any rule looks at."""
        places = [rule.where for rule in self.earning] + [card.where for card in self.cards] + [one.where for one in self.rewards]
        places += [offer.where for offer in self.discounts] + [offer.where for offer in self.specials]
        return frozenset(name for where in places for name in where.traits)

    @property
    def tzinfo(self) -> ZoneInfo:
        """The program's own calendar."""
        return ZoneInfo(self.zone)


@dataclass(frozen=True)
class Fault:
    """What is wrong, where: a place like "earning.0.points", a stable code, and for people who write JSON a sentence of the parser."""

    place: str
    code: str
    sentence: str = ""


class BadDocument(ValueError):
    """The document can't be taken; `faults` has all that is wrong."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{one.place}: {one.code}" for one in faults))
        self.faults = list(faults)


def read_program(text: str | bytes) -> Program:
    """A document from its JSON. Raises BadDocument with every fault: JSON, shapes, and rules that contradict or never match."""
    if len(text) > DOCUMENT_BYTES_MAX:
        raise BadDocument([Fault("", "too_large")])
    try:
        program = Program.model_validate_json(_without_doubles(text))
    except ValidationError as error:
        raise BadDocument([_fault_of(one) for one in error.errors(include_url=False)[:100]]) from None
    faults = list(contradictions(program))
    if faults:
        raise BadDocument(faults)
    return program


def written(program: Program) -> str:
    """The canonical text: keys in order, nothing that stands at its default."""
    shape = program.model_dump(mode="json", exclude_defaults=True) | {"format": program.format}
    return json.dumps(shape, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest_of(text: str) -> str:
    """SHA-256 of the canonical text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def contradictions(program: Program) -> Iterator[Fault]:
    """Rules that can't be meant: names twice, units that don't exist, rules that never match."""
    yield from _twice(program)
    known = {unit.code: unit for unit in program.units}
    for place, rule in enumerate(program.earning):
        if rule.unit not in known:
            yield Fault(f"earning.{place}.unit", "unknown_unit")
        elif known[rule.unit].kind == "stamps":
            yield Fault(f"earning.{place}.unit", "stamps_come_from_cards")
        for number, tier in enumerate(rule.where.tiers):
            if tier not in program.tier_codes:
                yield Fault(f"earning.{place}.where.tiers.{number}", "unknown_tier")
    for place, unit in enumerate(program.units):
        if unit.worth is not None and unit.kind != "spendable":
            yield Fault(f"units.{place}.worth", "not_spendable")
    yield from (Fault(place, code) for place, code in _of_sections(program) if code not in WARNINGS and code != "period_over")


def never_now(program: Program, *, at: datetime) -> Iterator[Fault]:
    """What deserves a look: rules that will not match any more, or on some of their days not at all (case 20), limits that do nothing."""
    today = at.astimezone(program.tzinfo).date()
    for place, rule in enumerate(program.earning):
        if rule.period.until_on is not None and rule.period.until_on < today:
            yield Fault(f"earning.{place}.period", "period_over")
        yield from (Fault(f"earning.{place}.period", code) for code in faults_of_period(rule.period, program.tzinfo))
    yield from (Fault(place, code) for place, code in _of_sections(program, at) if code in WARNINGS or code == "period_over")


def _twice(program: Program) -> Iterator[Fault]:
    sections = {
        "units": [unit.code for unit in (*program.units, *program.stamps)],
        "earning": [rule.code for rule in program.earning],
        "discounts": [offer.code for offer in (*program.discounts, *program.specials)],
    }
    for section, codes in sections.items():
        for code, count in Counter(codes).items():
            if count > 1:
                yield Fault(f"{section}.{code}", "code_twice")


def _of_sections(program: Program, at: datetime = EARLIEST) -> Iterator[tuple[str, str]]:
    """The faults of cards, tiers, offers and rewards, warnings among them."""
    rewards = {reward.code for reward in program.rewards}
    zone, tiers = program.tzinfo, program.tier_codes
    yield from faults_of_cards(program.cards, rewards, zone, currency=program.currency, tiers=tiers)
    if program.ladder:
        yield from faults_of_ladder(program.ladder, {unit.code: unit.kind for unit in program.units}, rewards)
    offers = (*program.discounts, *program.specials)
    yield from faults_of_offers(offers, zone, tiers=tiers, currency=program.currency, at=at, stacking=program.stacking)
    yield from faults_of_rewards(program.rewards, program.units, zone, currency=program.currency, tiers=tiers)


def _without_doubles(text: str | bytes) -> str:
    """The JSON again, with the keys that stand twice in one object refused: parsers would silently keep the last one."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = Counter(name for name, _value in pairs)
        twice = [name for name, count in names.items() if count > 1]
        if twice:
            raise BadDocument([Fault(twice[0][:80], "key_twice")])
        return dict(pairs)

    try:
        shape = json.loads(text, object_pairs_hook=once, parse_float=_no_float, parse_constant=_no_float)
        return json.dumps(shape)
    except BadDocument:
        raise
    except (ValueError, RecursionError) as error:
        raise BadDocument([Fault("", "no_json", str(error)[:200])]) from None


def _no_float(text: str) -> Any:
    """JSON's 1.5 as the text "1.5": parts that take exact numbers read it exactly, others refuse it."""
    return text


def _fault_of(error: Any) -> Fault:
    place = ".".join(str(step) for step in error["loc"])
    codes = {"extra_forbidden": "unknown_key", "missing": "missing"}
    return Fault(place, codes.get(error["type"], error["type"]), error["msg"].removeprefix("Value error, "))
