"""Verbs of loyalty: the only writers of its books."""

from regulars.loyalty.services.adjusting import adjust_units, transfer_units
from regulars.loyalty.services.closing import close_days
from regulars.loyalty.services.earning import earn_by_purchase, earn_in
from regulars.loyalty.services.expiring import expire_lots
from regulars.loyalty.services.forgetting import forfeit_accounts
from regulars.loyalty.services.offering import Offers, TotalDiffers, refuse_below_zero
from regulars.loyalty.services.programs import (
    Applied,
    DocumentRefused,
    apply_program,
    check_program,
    freeze_program,
    join_program,
    thaw_program,
)
from regulars.loyalty.services.proving import Proof, prove_books
from regulars.loyalty.services.refusals import (
    BadUnits,
    NoMember,
    NotEnoughUnits,
    ProgramFrozen,
    ProgramNotFound,
    TooLate,
    UnknownUnit,
)
from regulars.loyalty.services.removing import withdraw_programs
from regulars.loyalty.services.returning import AllGivenBack, NoSuchLine, NotASale, Piece, Refunded, refund_sale
from regulars.loyalty.services.selling import OtherCurrency, PaysNothing, PaysTooMuch, PointsPaid, Sold, record_sale
from regulars.loyalty.services.spending import (
    HoldExpired,
    HoldNotFound,
    HoldSettled,
    Spent,
    capture_hold,
    hold_units,
    release_hold,
    spend_units,
)
from regulars.loyalty.services.taking_back import restore_spending, take_back_by_refund
from regulars.loyalty.services.tiers import advance_tier, announce_reviews, review_tiers

__all__ = [
    "AllGivenBack",
    "Applied",
    "BadUnits",
    "DocumentRefused",
    "HoldExpired",
    "HoldNotFound",
    "HoldSettled",
    "NoMember",
    "NoSuchLine",
    "NotASale",
    "NotEnoughUnits",
    "Offers",
    "OtherCurrency",
    "PaysNothing",
    "PaysTooMuch",
    "Piece",
    "PointsPaid",
    "ProgramFrozen",
    "ProgramNotFound",
    "Proof",
    "Refunded",
    "Sold",
    "Spent",
    "TooLate",
    "TotalDiffers",
    "UnknownUnit",
    "adjust_units",
    "advance_tier",
    "announce_reviews",
    "apply_program",
    "capture_hold",
    "check_program",
    "close_days",
    "earn_by_purchase",
    "earn_in",
    "expire_lots",
    "forfeit_accounts",
    "freeze_program",
    "hold_units",
    "join_program",
    "prove_books",
    "record_sale",
    "refund_sale",
    "refuse_below_zero",
    "release_hold",
    "restore_spending",
    "review_tiers",
    "spend_units",
    "take_back_by_refund",
    "thaw_program",
    "transfer_units",
    "withdraw_programs",
]
