"""Questions about loyalty."""

from regulars.loyalty.models import Entry, Hold, Program, ProgramVersion
from regulars.loyalty.queries.exporting import COLUMNS as ENTRY_COLUMNS
from regulars.loyalty.queries.exporting import loyalty_section, told_entries
from regulars.loyalty.queries.holds import hold_state, hold_with_id
from regulars.loyalty.queries.ledger import Balance, account_faults, balances_of, entries_of
from regulars.loyalty.queries.programs import document_of, program_coded, programs_of, version_at, versions_of
from regulars.loyalty.queries.quoting import ProgramQuote, Quote, quote_for
from regulars.loyalty.queries.reasons import reason_of
from regulars.loyalty.queries.showing import shown_units, units_read
from regulars.loyalty.queries.statement import DayLine, statement_of

__all__ = [
    "ENTRY_COLUMNS",
    "Balance",
    "DayLine",
    "Entry",
    "Hold",
    "Program",
    "ProgramQuote",
    "ProgramVersion",
    "Quote",
    "account_faults",
    "balances_of",
    "document_of",
    "entries_of",
    "hold_state",
    "hold_with_id",
    "loyalty_section",
    "program_coded",
    "programs_of",
    "quote_for",
    "reason_of",
    "shown_units",
    "statement_of",
    "told_entries",
    "units_read",
    "version_at",
    "versions_of",
]
