"""Shapes of programs, members' accounts, holds, sales and refunds."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Path
from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field, StringConstraints, WithJsonSchema

from regulars.till.api.shapes import Amount, Currency, LineIn, Number, Problem, PurchaseOut, Quantity, Strict

SALES_MAX = 200
POSITIVE = re.compile(r"[0-9]{1,15}(\.[0-9]{1,4})?", re.ASCII)
SIGNED = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,4})?", re.ASCII)


def _units(value: Any, pattern: re.Pattern[str]) -> str:
    """Units as a decimal text. JSON's floats are refused, they are not exact; so are booleans, which Python takes for numbers."""
    if isinstance(value, bool) or not isinstance(value, int | str) or not pattern.fullmatch(str(value) if value is not None else ""):
        raise ValueError('write units as a whole number or as a text like "12.50", at most fifteen digits before and four after the point')
    return str(value)


def _written(pattern: str, least: int) -> WithJsonSchema:
    whole = {"type": "integer", "minimum": least, "maximum": 10**15 - 1}
    return WithJsonSchema({"anyOf": [{"type": "string", "pattern": f"^{pattern}$"}, whole]})


Units = Annotated[str, BeforeValidator(lambda value: _units(value, POSITIVE)), _written(POSITIVE.pattern, 0)]
SignedUnits = Annotated[str, BeforeValidator(lambda value: _units(value, SIGNED)), _written(SIGNED.pattern, 1 - 10**15)]
UnitCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
ProgramCode = Annotated[str, StringConstraints(pattern=r"^([a-z0-9][a-z0-9-]{0,39})?$")]
Said = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$", max_length=400)]
Receipt = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]+$", min_length=1, max_length=80)]
BranchCode = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=40)]
Source = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_.-]{1,40}$")]
MemberId = Annotated[str, Path(max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$", description="the customer's id here, or a number of theirs")]
Late = Annotated[
    AwareDatetime | None, Field(description="when it happened, if it is handed in later; within the program's `late_days_max`")
]
OfProgram = Annotated[ProgramCode, Field(description="the program's code; may be left out where there is only one")]


class FaultOut(BaseModel):
    place: str
    code: str
    detail: str


class VersionOut(BaseModel):
    number: int
    effective_at: datetime
    applied_at: datetime
    digest: str


class ProgramOut(BaseModel):
    code: str
    name: str
    currency: str
    zone: str
    frozen: bool
    version: int | None = Field(description="the one in force now; null before the first begins")


class ProgramWhole(ProgramOut):
    document: dict[str, Any] | None
    versions: list[VersionOut]


class ProgramList(BaseModel):
    items: list[ProgramOut]


class ChangeOut(BaseModel):
    place: str = Field(description="where in the document: sections and codes, such as rewards.mug.price.units")
    bearing: Literal["better", "worse", "neutral"] = Field(description="what it means for members")
    code: str = Field(description="why, such as costs_more; new ones may come")
    detail: str


class AppliedOut(BaseModel):
    """`made` is false when the same document stood already, or was only checked. `earliest_at` is given by a check: what is worse for members
    may begin then, after the program's days of notice."""

    code: str
    made: bool
    version: VersionOut | None
    document: dict[str, Any]
    warnings: list[FaultOut]
    changes: list[ChangeOut] = Field(description="against the version before; none for the first one")
    earliest_at: datetime | None = None


class AccountOut(BaseModel):
    program: str
    unit: str
    name: str
    kind: str
    usable: str = Field(description="what can be spent now")
    pending: str = Field(description="earned, but not active yet")
    held: str
    debt: str = Field(description="taken back beyond what was left; earnings repay it first")
    ends_next_at: datetime | None
    ends_next_units: str


class AccountList(BaseModel):
    customer: str
    items: list[AccountOut]


class LedgerEntryOut(BaseModel):
    act: str = Field(description="entries of one act share it")
    program: str
    version: int = Field(description="the program's version by which it was booked")
    unit: str
    number: int = Field(description="counts within the account")
    kind: str
    units: str = Field(description="below zero: they went")
    at: datetime
    booked_at: datetime
    purchase: str | None
    reason: str
    why: dict[str, Any]


class LedgerEntryList(BaseModel):
    customer: str
    items: list[LedgerEntryOut]
    next: str | None = None


class HoldIn(Strict):
    customer: Number = Field(description="their id here, or a number of theirs")
    program: OfProgram = ""
    unit: UnitCode
    units: Units
    minutes: Annotated[int, Field(ge=1, le=1440, strict=True)] | None = Field(
        None, description="how long; the program's own time if left out"
    )


class CaptureIn(Strict):
    units: Units | None = Field(None, description="less than what is held, or all of it if left out; the rest is free again")
    purchase: Annotated[str, StringConstraints(max_length=64)] = Field("", description="the id of the purchase that it pays")


class HoldOut(BaseModel):
    id: str
    customer: str
    program: str
    version: int
    unit: str
    units: str
    captured: str
    state: Literal["held", "captured", "released", "expired"]
    made_at: datetime
    ends_at: datetime


class HoldSettledOut(BaseModel):
    hold: HoldOut
    entries: list[LedgerEntryOut]
    accounts: list[AccountOut]


class RedeemIn(Strict):
    """Points that pay a part: units of a program, or a hold (all of it, or `units` of it)."""

    program: OfProgram = ""
    unit: Annotated[str, StringConstraints(pattern=r"^([a-z0-9][a-z0-9-]{0,39})?$")] = ""
    units: Units | None = None
    hold: Annotated[str, StringConstraints(max_length=64)] = ""


class QuoteIn(Strict):
    """A basket at its full prices. Nothing is written."""

    customer: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=80)] = Field(
        "", description="the member's id here, or a number of theirs; left out: a guest"
    )
    currency: Currency
    lines: list[LineIn] = Field(min_length=1, max_length=1000)
    branch: BranchCode = Field("", description="the branch's code")
    source: Source = Field("api", description="which till or shop asks")


class QuoteLineOut(BaseModel):
    product: str
    amount: str
    discount: str
    to_pay: str


class OfferAppliedOut(BaseModel):
    offer: str
    name: str
    amount: str
    reason: str = Field(description="a stable code")
    cut_by: str = Field(description="what kept it from giving more; empty for nothing")


class OfferNotAppliedOut(BaseModel):
    offer: str
    name: str
    reason: str = Field(description="a stable code")
    lacks: int = Field(description="how much is missing: purchases, minor units or units, as the reason says")
    limit: int
    by: list[str]


class QuoteEarnedOut(BaseModel):
    unit: str
    name: str
    units: str
    why: dict[str, Any]


class QuoteStampsOut(BaseModel):
    card: str
    name: str
    stamps: int
    reasons: list[dict[str, Any]]


class QuoteProgramOut(BaseModel):
    program: str
    version: int
    applied: list[OfferAppliedOut]
    not_applied: list[OfferNotAppliedOut]
    earned: list[QuoteEarnedOut]
    stamps: list[QuoteStampsOut]


class QuoteOut(BaseModel):
    """What would happen now. Sell with `offers.quoted_at` until `valid_until`, and the same offers hold."""

    currency: str
    total: str
    discount: str
    lines: list[QuoteLineOut]
    programs: list[QuoteProgramOut]
    quoted_at: datetime
    valid_until: datetime | None = Field(description="null when no program has a say")


class OffersIn(Strict):
    """That discounts and specials are wanted."""

    quoted_at: AwareDatetime | None = Field(None, description="of a quote that is still valid")
    expected_total: Amount | None = Field(None, description="what the customer was told; another total is refused")


class SaleIn(Strict):
    """A sale at its full prices; what points pay is taken off here, line by line."""

    customer: Number = Field(description="the member's id here, or a number of theirs: card, till, shop")
    receipt: Receipt = Field(description="the till's own number: the same receipt again changes nothing")
    amount: Amount
    currency: Currency
    at: Late = None
    branch: BranchCode = Field("", description="the branch's code")
    source: Source = Field("api", description="which till or shop says so")
    lines: list[LineIn] = Field(default_factory=list, max_length=1000)
    redeem: RedeemIn | None = None
    offers: OffersIn | None = Field(None, description="give the sale its offers; left out: none")


class BatchIn(Strict):
    sales: list[dict[str, Any]] = Field(
        min_length=1, max_length=SALES_MAX, description="each as for `POST /sales`; each is answered on its own"
    )


class SaleOut(BaseModel):
    purchase: PurchaseOut = Field(description="as it was paid in money: net of the points")
    paid_with_points: str = Field(description="what the points paid, in money")
    entries: list[LedgerEntryOut]
    accounts: list[AccountOut]


class SaleAnswer(BaseModel):
    receipt: str
    status: int
    sale: SaleOut | None = None
    problem: Problem | None = None


class BatchOut(BaseModel):
    items: list[SaleAnswer]


class PieceIn(Strict):
    line: Annotated[int, Field(ge=1, le=1000, strict=True, description="its place on the receipt, from 1")]
    quantity: Quantity | None = Field(None, description="all that is left of it, if left out")


class RefundIn(Strict):
    """Lines, or an amount of money, or neither: then all that is left."""

    receipt: Receipt = Field(description="the refund's own number: the same receipt again changes nothing")
    lines: list[PieceIn] = Field(default_factory=list, max_length=1000)
    amount: Amount | None = Field(None, description="money to pay back")
    at: Late = None
    branch: BranchCode = Field("", description="the sale's own, if left out")
    source: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_.-]{0,40}$")] = Field("", description="the sale's own, if left out")


class MovedOut(BaseModel):
    program: str
    unit: str
    units: str


class RefundOut(BaseModel):
    sale: str
    refund: PurchaseOut | None = Field(description="null when only points had been paid")
    pay_back: str = Field(description="money for the customer")
    currency: str
    clawed: list[MovedOut] = Field(description="taken back: what the sale had earned")
    restored: list[MovedOut] = Field(description="given back: what had been paid with points")
    entries: list[LedgerEntryOut]
    accounts: list[AccountOut]


class TransferIn(Strict):
    giver: Number = Field(alias="from", description="their id here, or a number of theirs")
    getter: Number = Field(alias="to", description="their id here, or a number of theirs")
    program: OfProgram = ""
    unit: UnitCode
    units: Units


class TransferOut(BaseModel):
    entries: list[LedgerEntryOut]


class AdjustmentIn(Strict):
    customer: Number
    program: OfProgram = ""
    unit: UnitCode
    units: SignedUnits = Field(description="below zero takes")
    reason: Said


class RequestOut(BaseModel):
    """An adjustment that waits for a second person, or did."""

    id: str
    customer: str
    program: str
    unit: str
    units: str
    reason: str
    state: Literal["asked", "approved", "refused", "lapsed"]
    asked_at: datetime
    ends_at: datetime = Field(description="when it lapses if nobody decides")
    decided_at: datetime | None
    why: str = Field(description="what whoever decided said")


class AdjustmentOut(BaseModel):
    """`state` asked: more than one person may adjust alone; nothing is booked until somebody else approves of the `request`."""

    state: Literal["booked", "asked"]
    request: RequestOut | None
    entries: list[LedgerEntryOut]
    accounts: list[AccountOut]


class VoucherIn(Strict):
    """A code as it was typed or scanned."""

    code: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]+$", min_length=1, max_length=60)]
    customer: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=80)] = Field(
        "", description="the member's id here, or a number of theirs; left out: whoever has the code"
    )
    purchase: Annotated[str, StringConstraints(max_length=64)] = Field("", description="the id of the purchase that it is used for")
    branch: BranchCode = Field("", description="the branch's code")
    source: Source = Field("api", description="which till or shop asks")


class VoucherUsedOut(BaseModel):
    use: str
    program: str
    reward: str
    name: str
    kind: str
    amount: str | None = Field(description="money off, where it is that")
    percent: str | None = Field(description="percent off, where it is that")
    goods: dict[str, Any] = Field(description="which goods it means")
    uses_left: int
    at: datetime


class CardOut(BaseModel):
    program: str
    card: str
    name: str
    stamps: int
    target: int
    owed: int
    ends_at: datetime | None


class MemberVoucherOut(BaseModel):
    program: str
    reward: str
    name: str
    code: str
    ends_at: datetime | None
    cause: str


class CardList(BaseModel):
    customer: str
    items: list[CardOut]
    vouchers: list[MemberVoucherOut]
