"""Questions about loyalty."""

from regulars.loyalty.models import Entry, Hold, Program, ProgramVersion, Voucher, VoucherBatch, VoucherUse
from regulars.loyalty.queries.exporting import COLUMNS as ENTRY_COLUMNS
from regulars.loyalty.queries.exporting import loyalty_section, told_entries, vouchers_section
from regulars.loyalty.queries.holds import hold_state, hold_with_id
from regulars.loyalty.queries.ledger import Balance, account_faults, balances_of, entries_of
from regulars.loyalty.queries.looking import SaleLook, look_at_sale
from regulars.loyalty.queries.members import BalanceShown, CardShown, MemberShown, ProgramShown, entry_of, entry_units, member_shown
from regulars.loyalty.queries.programs import document_of, program_coded, programs_of, version_at, versions_of
from regulars.loyalty.queries.quoting import ProgramQuote, Quote, quote_for
from regulars.loyalty.queries.reasons import reason_of, unit_words
from regulars.loyalty.queries.reward_figures import Figure, RewardFigures, reward_figures
from regulars.loyalty.queries.showing import shown_units, units_read
from regulars.loyalty.queries.slips import LineLeft, Moved, SaleSlip, left_of_sale, money_left, moved, slip_of_sale
from regulars.loyalty.queries.statement import DayLine, statement_of
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
from regulars.loyalty.rules.fitting import fitting_units
from regulars.loyalty.rules.rewards import reward_named
from regulars.loyalty.rules.units import Unit

__all__ = [
    "ENTRY_COLUMNS",
    "Balance",
    "BalanceShown",
    "CardShown",
    "DayLine",
    "Entry",
    "Figure",
    "Hold",
    "LineLeft",
    "MemberShown",
    "MemberVoucher",
    "Moved",
    "Program",
    "ProgramQuote",
    "ProgramShown",
    "ProgramVersion",
    "Quote",
    "RewardFigures",
    "SaleLook",
    "SaleSlip",
    "StockLeft",
    "TierShown",
    "Unit",
    "Voucher",
    "VoucherBatch",
    "VoucherUse",
    "account_faults",
    "balances_of",
    "code_of",
    "codes_of_batch",
    "document_of",
    "entries_of",
    "entry_of",
    "entry_units",
    "fitting_units",
    "hold_state",
    "hold_with_id",
    "left_of_sale",
    "look_at_sale",
    "loyalty_section",
    "member_shown",
    "money_left",
    "moved",
    "program_coded",
    "programs_of",
    "quote_for",
    "reason_of",
    "reward_figures",
    "reward_named",
    "shown_units",
    "slip_of_sale",
    "statement_of",
    "stock_of",
    "told_entries",
    "unit_words",
    "units_read",
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
