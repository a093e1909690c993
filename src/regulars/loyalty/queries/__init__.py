"""Questions about loyalty."""

from regulars.loyalty.models import Entry, Hold, Program, ProgramVersion, Voucher, VoucherBatch, VoucherUse
from regulars.loyalty.queries.cards import CardShown, cards_of
from regulars.loyalty.queries.exporting import COLUMNS as ENTRY_COLUMNS
from regulars.loyalty.queries.exporting import loyalty_section, told_entries, vouchers_section
from regulars.loyalty.queries.holds import hold_state, hold_with_id
from regulars.loyalty.queries.ledger import Balance, account_faults, balances_of, entries_of
from regulars.loyalty.queries.programs import document_of, program_coded, programs_of, version_at, versions_of
from regulars.loyalty.queries.quoting import ProgramQuote, Quote, quote_for
from regulars.loyalty.queries.reasons import reason_of
from regulars.loyalty.queries.reward_figures import Figure, RewardFigures, reward_figures
from regulars.loyalty.queries.showing import shown_units, units_read
from regulars.loyalty.queries.statement import DayLine, statement_of
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
from regulars.loyalty.rules.rewards import reward_named

__all__ = [
    "ENTRY_COLUMNS",
    "Balance",
    "CardShown",
    "DayLine",
    "Entry",
    "Figure",
    "Hold",
    "MemberVoucher",
    "Program",
    "ProgramQuote",
    "ProgramVersion",
    "Quote",
    "RewardFigures",
    "StockLeft",
    "Voucher",
    "VoucherBatch",
    "VoucherUse",
    "account_faults",
    "balances_of",
    "cards_of",
    "code_of",
    "codes_of_batch",
    "document_of",
    "entries_of",
    "hold_state",
    "hold_with_id",
    "loyalty_section",
    "program_coded",
    "programs_of",
    "quote_for",
    "reason_of",
    "reward_figures",
    "reward_named",
    "shown_units",
    "statement_of",
    "stock_of",
    "told_entries",
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
