"""What somebody may give without asking anyone: which paragraph sets it, over which stretch of time it is counted, which certificate it needs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from regulars.groundwork.kernel.money import Money
from regulars.policy.rules.parts import HOLDERS, Holder, Limits, Period

AMOUNTS = ("per_gesture", "per_case", "per_customer", "per_person")


@dataclass(frozen=True, kw_only=True)
class Authority:
    """The limits that hold for one person and one kind of gesture at an instant. Amounts in minor units; None: not limited in this way.

    `per_customer` and `per_person` are counted from `period_start` until before `period_end`. `paragraph` sets the limits. Has the
    `certificate` lapsed (or was never there), they are those of `holder`, or zero where the policy names nobody to fall to.
    """

    kind: str
    ledger: str
    currency: str
    per_gesture: int | None
    per_case: int | None
    per_customer: int | None
    per_person: int | None
    period: Period | None
    period_start: datetime | None
    period_end: datetime | None
    period_label: str
    paragraph: str
    certificate: str
    certificate_lapsed: bool
    holder: str
    version: str


def authority_in(
    paragraphs: Sequence[Limits], *, role: str, kind: str, certificates: Collection[str], at: datetime, zone: ZoneInfo, version: str
) -> Authority | None:
    """The authority of a role for a kind, with these certificates at this instant; None: no paragraph gives it any."""
    by_holder: dict[str, Limits] = {holder: one for one in paragraphs if one.kind == kind for holder in one.roles}
    own = by_holder.get(role)
    if own is None:
        return None
    holder, limits = _holding(role, own, by_holder, certificates)
    amounts = dict.fromkeys(AMOUNTS, 0) if limits is None else {name: _minor(getattr(limits, name)) for name in AMOUNTS}
    told = limits or own
    first, last = stretch_of(told.period, at, zone) if told.period else (None, None)
    return Authority(
        kind=kind,
        ledger=own.ledger,
        currency=told.currency,
        **amounts,
        period=told.period,
        period_start=_midnight(first, zone) if first else None,
        period_end=_midnight(last, zone) if last else None,
        period_label=label_of(told.period, first) if told.period and first else "",
        paragraph=told.paragraph,
        certificate=own.certificate or "",
        certificate_lapsed=bool(own.certificate) and own.certificate not in certificates,
        holder=holder,
        version=version,
    )


def stretch_of(period: Period, at: datetime, zone: ZoneInfo) -> tuple[date, date]:
    """The first local day of the calendar day, week (from Monday), month, quarter or year around an instant, and the first day after it."""
    day = at.astimezone(zone).date()
    if period == "day":
        return day, day + timedelta(days=1)
    if period == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=7)
    months = {"month": 1, "quarter": 3, "year": 12}[period]
    start = day.year * 12 + (day.month - 1) // months * months
    return _month(start), _month(start + months)


def label_of(period: Period, first: date) -> str:
    """The stretch as programs name it: 2026-11-30, 2026-W49, 2026-11, 2026-Q4, 2026."""
    labels = {
        "day": first.isoformat(),
        "week": f"{first:%G-W%V}",
        "month": f"{first:%Y-%m}",
        "quarter": f"{first.year}-Q{(first.month + 2) // 3}",
        "year": f"{first.year}",
    }
    return labels[period]


def _holding(role: str, own: Limits, by_holder: Mapping[str, Limits], certificates: Collection[str]) -> tuple[str, Limits | None]:
    """Whose limits hold, and the paragraph; None: a certificate lacks and nobody is named to fall to. A document with circles is refused."""
    holder, limits = role, own
    while limits.certificate and limits.certificate not in certificates:
        if limits.lapsed_as is None:
            return holder, None
        holder, limits = limits.lapsed_as, by_holder[limits.lapsed_as]
    return holder, limits


def _minor(amount: Money | None) -> int | None:
    return None if amount is None else amount.minor


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _month(count: int) -> date:
    return date(count // 12, count % 12 + 1, 1)


def faults_of_limits(paragraphs: Sequence[Limits]) -> dict[str, str]:
    """What contradicts itself among the limits: place in the document → sentence."""
    faults: dict[str, str] = {}
    limits: dict[tuple[str, Holder], Limits] = {}
    ledgers: dict[str, Limits] = {}
    for place, one in enumerate(paragraphs):
        for role in one.roles:
            if (one.kind, role) in limits:
                earlier = limits[one.kind, role]
                faults[f"/authority/{place}/roles"] = f"paragraphs {earlier.paragraph} and {one.paragraph} both limit {role} for {one.kind}"
            limits[one.kind, role] = one
        first = ledgers.setdefault(one.kind, one)
        if first.ledger != one.ledger:
            faults[f"/authority/{place}/ledger"] = f"paragraph {first.paragraph} books {one.kind} as {first.ledger}"
        elif first.currency != one.currency:
            faults[f"/authority/{place}"] = f"paragraph {first.paragraph} counts {one.kind} in {first.currency}"
    faults |= _faults_of_rank(limits)
    for place, one in enumerate(paragraphs):
        faults |= {f"/authority/{place}/lapsed_as": sentence for sentence in _faults_of_falling(one, limits)}
    return faults


def _faults_of_rank(limits: Mapping[tuple[str, Holder], Limits]) -> dict[str, str]:
    faults = {}
    for (kind, role), one in limits.items():
        for higher in HOLDERS[HOLDERS.index(role) + 1 :] if role in HOLDERS else ():
            other = limits.get((kind, higher))
            if other is not None and _stricter(other, one):
                faults[f"/paragraph {other.paragraph}"] = f"it lets {higher} give less {kind} than paragraph {one.paragraph} lets {role}"
    return faults


def _faults_of_falling(one: Limits, limits: Mapping[tuple[str, Holder], Limits]) -> Iterable[str]:
    """At most one fault of `lapsed_as`: nobody there, more than before, or a circle."""
    passed, now = [one], one
    while now.lapsed_as is not None:
        below = limits.get((one.kind, now.lapsed_as))
        if below is None:
            yield f"no paragraph says what {now.lapsed_as} may give of {one.kind}"
            return
        if below in passed:
            yield f"paragraphs {' and '.join(each.paragraph for each in passed)} fall back on each other"
            return
        if _stricter(now, below):
            yield f"who loses the certificate could give more: see paragraph {below.paragraph}"
            return
        passed.append(below)
        now = below


def _stricter(one: Limits, other: Limits) -> bool:
    """Whether the first sets a lower amount than the second somewhere; amounts over different periods are not compared."""
    comparable = AMOUNTS if one.period == other.period else AMOUNTS[:2]
    pairs = [(getattr(one, name), getattr(other, name)) for name in comparable]
    return any(mine and theirs and mine.currency == theirs.currency and mine.minor < theirs.minor for mine, theirs in pairs)
