"""Verbs of loyalty: the only writers of its books."""

from regulars.loyalty.services.adjusting import Adjusted, adjust_units, transfer_units
from regulars.loyalty.services.approving import (
    RequestNotFound,
    RequestSettled,
    SecondPersonNeeded,
    approve_adjustment,
    lapse_adjustments,
    refuse_adjustment,
)
from regulars.loyalty.services.batching import BadBatch, make_batch
from regulars.loyalty.services.closing import close_days
from regulars.loyalty.services.disputing import DisputeNotFound, DisputeOver, settle_dispute
from regulars.loyalty.services.earning import earn_by_purchase, earn_in
from regulars.loyalty.services.earning_many import earn_by_purchases
from regulars.loyalty.services.expiring import expire_lots
from regulars.loyalty.services.forgetting import forfeit_accounts
from regulars.loyalty.services.handing import RewardNotHere, hand_over_reward, take_use_back
from regulars.loyalty.services.issuing import issue_voucher
from regulars.loyalty.services.noticing import NothingToTell, NoticeUnproven, ask_for_notices, record_expiry_notice
from regulars.loyalty.services.offering import Offers, TotalDiffers, refuse_below_zero
from regulars.loyalty.services.programs import (
    Applied,
    DocumentRefused,
    NoticeTooShort,
    apply_program,
    check_program,
    freeze_program,
    join_program,
    thaw_program,
)
from regulars.loyalty.services.proving import Proof, prove_books
from regulars.loyalty.services.redeeming import (
    Usage,
    VoucherUsage,
    allow_guess,
    confirm_use,
    forgive_try,
    redeem_voucher,
    reserve_voucher,
    return_use,
)
from regulars.loyalty.services.refusals import BadUnits, NotEnoughUnits, ProgramFrozen, ProgramNotFound, TooLate, UnknownUnit
from regulars.loyalty.services.removing import withdraw_programs
from regulars.loyalty.services.restoring import restore_spending
from regulars.loyalty.services.returning import (
    AllGivenBack,
    LineNotLeft,
    NoSuchLine,
    NotASale,
    Piece,
    Refunded,
    entries_of_refund,
    refund_sale,
)
from regulars.loyalty.services.rewarding import (
    OutOfStock,
    Redeemed,
    RewardLimitReached,
    RewardNotNow,
    RewardNotTheirs,
    RewardWithoutPrice,
    redeem_reward,
)
from regulars.loyalty.services.selling import OtherCurrency, PaysNothing, PaysTooMuch, PointsPaid, Sold, record_sale
from regulars.loyalty.services.shop_deliveries import Told, give_up_deliveries, retry_delivery, retry_waiting, take_delivery
from regulars.loyalty.services.shops import ShopParticulars, ShopRefused, add_shop, describe_shop, remove_shop, renew_secret
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
from regulars.loyalty.services.taking_back import take_back_by_refund
from regulars.loyalty.services.tiers import advance_tier, announce_reviews, review_tiers
from regulars.loyalty.services.vouchers import UnknownReward, VoucherRefused
from regulars.loyalty.services.withdrawing import VoucherSettled, expire_vouchers, void_voucher, void_vouchers_of

__all__ = [
    "Adjusted",
    "AllGivenBack",
    "Applied",
    "BadBatch",
    "BadUnits",
    "DisputeNotFound",
    "DisputeOver",
    "DocumentRefused",
    "HoldExpired",
    "HoldNotFound",
    "HoldSettled",
    "LineNotLeft",
    "NoSuchLine",
    "NotASale",
    "NotEnoughUnits",
    "NothingToTell",
    "NoticeTooShort",
    "NoticeUnproven",
    "Offers",
    "OtherCurrency",
    "OutOfStock",
    "PaysNothing",
    "PaysTooMuch",
    "Piece",
    "PointsPaid",
    "ProgramFrozen",
    "ProgramNotFound",
    "Proof",
    "Redeemed",
    "Refunded",
    "RequestNotFound",
    "RequestSettled",
    "RewardLimitReached",
    "RewardNotHere",
    "RewardNotNow",
    "RewardNotTheirs",
    "RewardWithoutPrice",
    "SecondPersonNeeded",
    "ShopParticulars",
    "ShopRefused",
    "Sold",
    "Spent",
    "Told",
    "TooLate",
    "TotalDiffers",
    "UnknownReward",
    "UnknownUnit",
    "Usage",
    "VoucherRefused",
    "VoucherSettled",
    "VoucherUsage",
    "add_shop",
    "adjust_units",
    "advance_tier",
    "allow_guess",
    "announce_reviews",
    "apply_program",
    "approve_adjustment",
    "ask_for_notices",
    "capture_hold",
    "check_program",
    "close_days",
    "confirm_use",
    "describe_shop",
    "earn_by_purchase",
    "earn_by_purchases",
    "earn_in",
    "entries_of_refund",
    "expire_lots",
    "expire_vouchers",
    "forfeit_accounts",
    "forgive_try",
    "freeze_program",
    "give_up_deliveries",
    "hand_over_reward",
    "hold_units",
    "issue_voucher",
    "join_program",
    "lapse_adjustments",
    "make_batch",
    "prove_books",
    "record_expiry_notice",
    "record_sale",
    "redeem_reward",
    "redeem_voucher",
    "refund_sale",
    "refuse_adjustment",
    "refuse_below_zero",
    "release_hold",
    "remove_shop",
    "renew_secret",
    "reserve_voucher",
    "restore_spending",
    "retry_delivery",
    "retry_waiting",
    "return_use",
    "review_tiers",
    "settle_dispute",
    "spend_units",
    "take_back_by_refund",
    "take_delivery",
    "take_use_back",
    "thaw_program",
    "transfer_units",
    "void_voucher",
    "void_vouchers_of",
    "withdraw_programs",
]
