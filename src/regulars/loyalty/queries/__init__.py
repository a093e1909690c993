"""Questions about loyalty."""

from regulars.loyalty.models import (
    AdjustmentRequest,
    Entry,
    Hold,
    Program,
    ProgramVersion,
    Shop,
    ShopDelivery,
    ShopKind,
    Voucher,
    VoucherBatch,
    VoucherUse,
)
from regulars.loyalty.queries.adjustments import RequestShown, request_shown, request_with_id, requests_of, requests_waiting
from regulars.loyalty.queries.choosing import RewardChoice, rewards_for
from regulars.loyalty.queries.disputes import DisputeShown, disputes_of, disputes_open
from regulars.loyalty.queries.exporting import COLUMNS as ENTRY_COLUMNS
from regulars.loyalty.queries.exporting import loyalty_section, told_entries, vouchers_section
from regulars.loyalty.queries.holds import hold_state, hold_with_id
from regulars.loyalty.queries.ledger import Balance, account_faults, balances_of, entries_of
from regulars.loyalty.queries.liability import Liability, Standing, liability_of, members_of, standings_of
from regulars.loyalty.queries.looking import SaleLook, look_at_sale
from regulars.loyalty.queries.meaning import Meaning, change_in_words, meaning_of, reason_in_words
from regulars.loyalty.queries.members import BalanceShown, CardShown, MemberShown, ProgramShown, entry_of, entry_units, member_shown
from regulars.loyalty.queries.notices import NoticeWanted, notices_wanted
from regulars.loyalty.queries.preview import Preview, earning_preview
from regulars.loyalty.queries.programs import document_of, program_coded, program_names, programs_of, version_at, versions_of
from regulars.loyalty.queries.quoting import ProgramQuote, Quote, quote_for
from regulars.loyalty.queries.reasons import reason_of, unit_words
from regulars.loyalty.queries.reward_figures import (
    HAPPENINGS,
    SOON_DAYS,
    Figure,
    RewardFigures,
    RewardsTracked,
    Tally,
    Uptake,
    figures_by,
    open_rewards,
    reward_figures,
    reward_tallies,
    rewards_tracked,
    uptake_of,
)
from regulars.loyalty.queries.shops import Deliveries, ShopShown, deliveries_of, delivery_with_id, shop_signing, shop_with_id, shops_of
from regulars.loyalty.queries.showing import shown_units, units_read
from regulars.loyalty.queries.slips import LineLeft, Moved, SaleSlip, left_of_sale, money_left, moved, slip_of_sale
from regulars.loyalty.queries.statement import KINDS, DayLine, statement_of
from regulars.loyalty.queries.tiers import TierShown
from regulars.loyalty.queries.voucher_codes import code_of
from regulars.loyalty.queries.vouchers import (
    MemberVoucher,
    StockLeft,
    codes_of_batch,
    stock_of,
    use_with_id,
    uses_for,
    voucher_faults,
    voucher_with_code,
    voucher_with_id,
    vouchers_of,
)
from regulars.loyalty.queries.wording import WEEKDAYS, benefit_in_words, day_in_short, day_in_words, gives, reward_in_words, told
from regulars.loyalty.rules.calendars import start_of
from regulars.loyalty.rules.cards import Card
from regulars.loyalty.rules.differences import Change, differences
from regulars.loyalty.rules.document import Fault
from regulars.loyalty.rules.document import Program as Document
from regulars.loyalty.rules.earning import Earning
from regulars.loyalty.rules.fitting import fitting_units
from regulars.loyalty.rules.judging import Judged
from regulars.loyalty.rules.offers import Discount, Special
from regulars.loyalty.rules.parts import Goods, Period, Where
from regulars.loyalty.rules.rewards import Reward, price_units, reward_named
from regulars.loyalty.rules.templates import members_week, nth_purchase_discount, points_with_tiers, punch_card
from regulars.loyalty.rules.tiers import Ladder
from regulars.loyalty.rules.units import Unit
from regulars.loyalty.rules.woocommerce import is_ping

__all__ = [
    "ENTRY_COLUMNS",
    "HAPPENINGS",
    "KINDS",
    "SOON_DAYS",
    "WEEKDAYS",
    "AdjustmentRequest",
    "Balance",
    "BalanceShown",
    "Card",
    "CardShown",
    "Change",
    "DayLine",
    "Deliveries",
    "Discount",
    "DisputeShown",
    "Document",
    "Earning",
    "Entry",
    "Fault",
    "Figure",
    "Goods",
    "Hold",
    "Judged",
    "Ladder",
    "Liability",
    "LineLeft",
    "Meaning",
    "MemberShown",
    "MemberVoucher",
    "Moved",
    "NoticeWanted",
    "Period",
    "Preview",
    "Program",
    "ProgramQuote",
    "ProgramShown",
    "ProgramVersion",
    "Quote",
    "RequestShown",
    "Reward",
    "RewardChoice",
    "RewardFigures",
    "RewardsTracked",
    "SaleLook",
    "SaleSlip",
    "Shop",
    "ShopDelivery",
    "ShopKind",
    "ShopShown",
    "Special",
    "Standing",
    "StockLeft",
    "Tally",
    "TierShown",
    "Unit",
    "Uptake",
    "Voucher",
    "VoucherBatch",
    "VoucherUse",
    "Where",
    "account_faults",
    "balances_of",
    "benefit_in_words",
    "change_in_words",
    "code_of",
    "codes_of_batch",
    "day_in_short",
    "day_in_words",
    "deliveries_of",
    "delivery_with_id",
    "differences",
    "disputes_of",
    "disputes_open",
    "document_of",
    "earning_preview",
    "entries_of",
    "entry_of",
    "entry_units",
    "figures_by",
    "fitting_units",
    "gives",
    "hold_state",
    "hold_with_id",
    "is_ping",
    "left_of_sale",
    "liability_of",
    "look_at_sale",
    "loyalty_section",
    "meaning_of",
    "member_shown",
    "members_of",
    "members_week",
    "money_left",
    "moved",
    "notices_wanted",
    "nth_purchase_discount",
    "open_rewards",
    "points_with_tiers",
    "price_units",
    "program_coded",
    "program_names",
    "programs_of",
    "punch_card",
    "quote_for",
    "reason_in_words",
    "reason_of",
    "request_shown",
    "request_with_id",
    "requests_of",
    "requests_waiting",
    "reward_figures",
    "reward_in_words",
    "reward_named",
    "reward_tallies",
    "rewards_for",
    "rewards_tracked",
    "shop_signing",
    "shop_with_id",
    "shops_of",
    "shown_units",
    "slip_of_sale",
    "standings_of",
    "start_of",
    "statement_of",
    "stock_of",
    "told",
    "told_entries",
    "unit_words",
    "units_read",
    "uptake_of",
    "use_with_id",
    "uses_for",
    "version_at",
    "versions_of",
    "voucher_faults",
    "voucher_with_code",
    "voucher_with_id",
    "vouchers_of",
    "vouchers_section",
]
