"""What the ledger is made of."""

from regulars.loyalty.models.holds import Hold, HoldLot
from regulars.loyalty.models.ledger import Account, ClosedDay, Entry, ExpiryNotice, Lot, LotUse
from regulars.loyalty.models.offers import OfferUse
from regulars.loyalty.models.programs import Membership, Program, ProgramVersion
from regulars.loyalty.models.requests import AdjustmentRequest, Dispute
from regulars.loyalty.models.shops import DeliveryState, Shop, ShopDelivery, ShopKind
from regulars.loyalty.models.tiers import TierStanding
from regulars.loyalty.models.vouchers import RewardStock, Voucher, VoucherBatch, VoucherUse

__all__ = [
    "Account",
    "AdjustmentRequest",
    "ClosedDay",
    "DeliveryState",
    "Dispute",
    "Entry",
    "ExpiryNotice",
    "Hold",
    "HoldLot",
    "Lot",
    "LotUse",
    "Membership",
    "OfferUse",
    "Program",
    "ProgramVersion",
    "RewardStock",
    "Shop",
    "ShopDelivery",
    "ShopKind",
    "TierStanding",
    "Voucher",
    "VoucherBatch",
    "VoucherUse",
]
