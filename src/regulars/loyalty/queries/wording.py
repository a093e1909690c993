"""What a program says, in sentences that a member would understand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time
from decimal import Decimal

from babel.dates import format_date, format_skeleton, format_time
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from regulars.groundwork.kernel.money import Money, digits_of
from regulars.loyalty.rules.cards import Card
from regulars.loyalty.rules.document import Program as Document
from regulars.loyalty.rules.earning import Earning
from regulars.loyalty.rules.offers import Discount, Special
from regulars.loyalty.rules.parts import Goods, Period, Where
from regulars.loyalty.rules.rewards import Reward
from regulars.loyalty.rules.tiers import Ladder
from regulars.loyalty.rules.units import Unit

Part = tuple[str, list[str]]
WEEKDAYS: dict[str, str | Promise] = {
    "mon": gettext_lazy("Monday"),
    "tue": gettext_lazy("Tuesday"),
    "wed": gettext_lazy("Wednesday"),
    "thu": gettext_lazy("Thursday"),
    "fri": gettext_lazy("Friday"),
    "sat": gettext_lazy("Saturday"),
    "sun": gettext_lazy("Sunday"),
}


def gives(document: Document) -> str:
    """What a program gives, in one sentence: of its best-known part."""
    first = [
        *(_earning(rule, document) for rule in document.earning if _is_spendable(rule, document)),
        *(_card(card, document) for card in document.cards),
        *(_discount(offer, document) for offer in document.discounts),
        *(_special(offer, document) for offer in document.specials),
    ]
    return first[0] if first else _("Nothing yet.")


def told(document: Document) -> list[Part]:
    """The whole program: titles with their sentences, empty parts left out."""
    parts: list[Part] = [
        (_("What is counted"), [_unit(unit, document) for unit in document.units]),
        (_("How it is earned"), [f"{rule.name}: {_earning(rule, document)}" for rule in document.earning]),
        (_("Tiers"), _ladder(document.ladder, document) if document.ladder else []),
        (_("Punch cards"), [f"{card.name}: {_card(card, document)}" for card in document.cards]),
        (_("Discounts for frequent buyers"), [f"{offer.name}: {_discount(offer, document)}" for offer in document.discounts]),
        (_("Members' specials"), [f"{offer.name}: {_special(offer, document)}" for offer in document.specials]),
        (_("Rewards"), [f"{reward.name}: {reward_in_words(reward, document)}" for reward in document.rewards]),
        (_("What never earns"), [_goods(document.never_earn)] if document.never_earn else []),
        (_("Who takes part"), [_joining(document)]),
    ]
    return [(title, sentences) for title, sentences in parts if any(sentences)]


def day_in_words(day: date) -> str:
    """A day as the reader writes it."""
    return format_date(day, "medium", locale=_locale())


def day_in_short(day: date) -> str:
    """A day without its year, for the foot of a picture."""
    return format_skeleton("MMMd", day, locale=_locale())


def _locale() -> str:
    """As Babel writes the reader's language; plain English writes the day before the month."""
    language = (get_language() or "en").replace("-", "_")
    return "en_GB" if language == "en" else language


def _is_spendable(rule: Earning, document: Document) -> bool:
    unit = document.unit(rule.unit)
    return unit is not None and unit.kind == "spendable"


def _joining(document: Document) -> str:
    if document.joining == "by_purchase":
        return _("Every known customer takes part with the first purchase.")
    return _("Customers take part when they ask to.")


def _unit(unit: Unit, document: Document) -> str:
    if unit.kind == "qualifying":
        sentences = [_("%(unit)s: they reach tiers and can't be spent.") % {"unit": unit.name}]
    elif unit.worth is not None:
        worth = {"unit": unit.name, "worth": _money(unit.worth, document)}
        sentences = [_("%(unit)s: one pays %(worth)s.") % worth]
    else:
        sentences = [_("%(unit)s: to spend.") % {"unit": unit.name}]
    if unit.pending_days:
        waiting = ngettext("They can be spent after %(n)s day.", "They can be spent after %(n)s days.", unit.pending_days)
        sentences.append(waiting % {"n": unit.pending_days})
    sentences.append(_ends(unit))
    return " ".join(sentences)


def _ends(unit: Unit) -> str:
    months = unit.expiry.months or 0
    if unit.expiry.kind == "fixed":
        return ngettext("They end %(n)s month after they were earned.", "They end %(n)s months after they were earned.", months) % {
            "n": months
        }
    if unit.expiry.kind == "activity":
        return ngettext(
            "They end %(n)s month after the member's last visit.", "They end %(n)s months after the member's last visit.", months
        ) % {"n": months}
    return _("They never end.")


def _earning(rule: Earning, document: Document) -> str:
    unit = document.unit(rule.unit)
    words = {"points": _figure(rule.points), "unit": unit.name if unit else rule.unit}
    if rule.per == "amount":
        said = _("%(points)s %(unit)s for each %(amount)s spent") % (words | {"amount": _money(rule.per_amount or Decimal(1), document)})
    elif rule.per == "item":
        said = _("%(points)s %(unit)s for each item") % words
    else:
        said = _("%(points)s %(unit)s for each visit") % words
    further = [_("from %(amount)s on") % {"amount": _money(rule.minimum_amount, document)}] if rule.minimum_amount else []
    return _sentence(said, [*further, _goods(rule.goods), *_when(rule.period), *_who(rule.where, document)])


def _card(card: Card, document: Document) -> str:
    per = {"item": _("item"), "visit": _("visit")}.get(card.stamps_per) or _("%(amount)s spent") % {
        "amount": _money(card.per_amount or Decimal(1), document)
    }
    said = _("a stamp for each %(per)s; %(target)s stamps give “%(reward)s”") % {
        "per": per,
        "target": card.target,
        "reward": _reward_name(card.reward.code, card.reward.count, document),
    }
    return _sentence(said, [_goods(card.goods), *_when(card.period), *_who(card.where, document)])


def _reward_name(code: str, count: int, document: Document) -> str:
    name = next((one.name for one in document.rewards if one.code == code), code)
    return name if count == 1 else f"{count} × {name}"


def reward_in_words(reward: Reward, document: Document) -> str:
    """What a reward gives, for what, until when and for whom."""
    further = [_goods(reward.goods)]
    if reward.price is not None:
        unit = document.unit(reward.price.unit)
        further.append(_("for %(n)s %(unit)s") % {"n": _figure(reward.price.units), "unit": unit.name if unit else reward.price.unit})
    if reward.valid_days is not None:
        days = ngettext("its voucher ends after %(n)s day", "its voucher ends after %(n)s days", reward.valid_days)
        further.append(days % {"n": reward.valid_days})
    return _sentence(_benefit(reward, document), [*further, *_when(reward.period), *_who(reward.where, document)])


def benefit_in_words(reward: Reward, document: Document) -> str:
    """What a reward gives, and of which goods: all that a cashier needs when somebody has one."""
    return _sentence(_benefit(reward, document), [_goods(reward.goods)])


def _benefit(reward: Reward, document: Document) -> str:
    return {
        "goods": _("one is free"),
        "money_off": _("%(off)s off") % {"off": _off(None, reward.amount, document)},
        "percent_off": _("%(off)s off") % {"off": _off(reward.percent, None, document)},
        "gift": _("a gift"),
    }[reward.kind]


def _discount(offer: Discount, document: Document) -> str:
    off = _off(offer.percent, offer.amount, document)
    if offer.every is not None:
        said = _("%(off)s off every purchase number %(n)s") % {"off": off, "n": offer.every}
    elif offer.after_purchases is not None:
        said = ngettext("%(off)s off after %(n)s purchase", "%(off)s off after %(n)s purchases", offer.after_purchases) % {
            "off": off,
            "n": offer.after_purchases,
        }
    else:
        said = _("%(off)s off after %(spend)s spent") % {"off": off, "spend": _money(offer.after_spend or Decimal(0), document)}
    within = []
    if offer.window_days:
        within = [ngettext("counted over %(n)s day", "counted over %(n)s days", offer.window_days) % {"n": offer.window_days}]
    return _sentence(said, [*within, _goods(offer.goods), *_when(offer.period), *_who(offer.where, document)])


def _special(offer: Special, document: Document) -> str:
    if offer.buy is not None:
        said = _("%(free)s free with %(buy)s bought") % {"free": offer.free, "buy": offer.buy}
    elif offer.unit_price is not None:
        said = _("%(price)s each") % {"price": _money(offer.unit_price, document)}
    elif offer.unit_amount is not None:
        said = _("%(off)s off each") % {"off": _money(offer.unit_amount, document)}
    else:
        said = _("%(off)s off") % {"off": _off(offer.percent, offer.amount, document)}
    limits = []
    if offer.limit:
        limits.append(ngettext("at most %(n)s for a member", "at most %(n)s for a member", offer.limit) % {"n": offer.limit})
    if offer.limit_per_day:
        limits.append(ngettext("%(n)s a day", "%(n)s a day", offer.limit_per_day) % {"n": offer.limit_per_day})
    return _sentence(said, [*limits, _goods(offer.goods), *_when(offer.period), *_who(offer.where, document)])


def _ladder(ladder: Ladder, document: Document) -> list[str]:
    found = document.unit(ladder.currency)
    unit = found.name if found else ladder.currency
    sentences = []
    for tier in ladder.tiers:
        words = {"tier": tier.name, "n": tier.from_units, "unit": unit, "factor": _figure(tier.earning)}
        said = _("%(tier)s from %(n)s %(unit)s on") % words
        further = [_("earnings times %(factor)s") % words] if tier.earning != 1 else []
        if tier.welcome:
            further.append(_("welcomed with “%(reward)s”") % {"reward": _reward_name(tier.welcome, 1, document)})
        sentences.append(_sentence(said, further))
    kept = ladder.guarantee_months
    sentences.append(
        ngettext(
            "A tier is kept for at least %(n)s month; then it falls by one step at most.",
            "A tier is kept for at least %(n)s months; then it falls by one step at most.",
            kept,
        )
        % {"n": kept}
    )
    return sentences


def _off(percent: Decimal | None, amount: Decimal | None, document: Document) -> str:
    return f"{_figure(percent)} %" if percent is not None else _money(amount or Decimal(0), document)


def _goods(goods: Goods) -> str:
    named, excepted = (*goods.categories, *goods.products), (*goods.except_categories, *goods.except_products)
    said = _("%(goods)s only") % {"goods": ", ".join(named)} if named else ""
    without = _("not for %(goods)s") % {"goods": ", ".join(excepted)} if excepted else ""
    return ", ".join(one for one in (said, without) if one)


def _when(period: Period) -> Iterable[str]:
    if period.from_on and period.until_on:
        yield _("from %(first)s to %(last)s") % {"first": day_in_words(period.from_on), "last": day_in_words(period.until_on)}
    elif period.from_on:
        yield _("from %(first)s on") % {"first": day_in_words(period.from_on)}
    elif period.until_on:
        yield _("until %(last)s") % {"last": day_in_words(period.until_on)}
    if period.weekdays:
        yield _("on %(days)s") % {"days": ", ".join(str(WEEKDAYS[one]) for one in period.weekdays)}
    if (period.from_time, period.until_time) != ("00:00", "24:00"):
        yield _("between %(first)s and %(last)s") % {"first": _clock(period.from_time), "last": _clock(period.until_time)}


def _who(where: Where, document: Document) -> Iterable[str]:
    if where.tiers:
        names = {tier.code: tier.name for tier in document.ladder.tiers} if document.ladder else {}
        yield _("for %(tiers)s") % {"tiers": ", ".join(names.get(one, one) for one in where.tiers)}
    for name, values in where.traits.items():
        yield _("for members whose %(trait)s is %(values)s") % {"trait": name, "values": ", ".join(values)}
    if where.branches:
        yield _("in %(branches)s") % {"branches": ", ".join(where.branches)}
    if where.channels:
        yield _("through %(channels)s") % {"channels": ", ".join(where.channels)}


def _sentence(said: str, further: Iterable[str]) -> str:
    whole = ", ".join([said, *(one for one in further if one)])
    return f"{whole[:1].upper()}{whole[1:]}."


def _clock(text: str) -> str:
    if text == "24:00":
        return _("midnight")
    return format_time(time.fromisoformat(text), "short", locale=_locale())


def _figure(value: Decimal | None) -> str:
    return f"{value.normalize():f}" if value is not None else ""


def _money(amount: Decimal, document: Document) -> str:
    """An amount with its currency; one finer than the smallest coin (what a point pays) with all its decimals."""
    minor = amount.scaleb(digits_of(document.currency))
    if minor != minor.to_integral_value():
        return f"{_figure(amount)} {document.currency}"
    return Money(int(minor), document.currency).shown(get_language() or "en")
