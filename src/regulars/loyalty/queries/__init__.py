"""Questions about loyalty."""

from regulars.loyalty.models import Entry, Program
from regulars.loyalty.queries.exporting import COLUMNS as ENTRY_COLUMNS
from regulars.loyalty.queries.exporting import loyalty_section, told_entries
from regulars.loyalty.queries.ledger import Balance, account_faults, balances_of, entries_of
from regulars.loyalty.queries.programs import document_of, program_coded, programs_of, version_at, versions_of
from regulars.loyalty.queries.showing import shown_units
from regulars.loyalty.queries.statement import DayLine, statement_of

__all__ = [
    "ENTRY_COLUMNS",
    "Balance",
    "DayLine",
    "Entry",
    "Program",
    "account_faults",
    "balances_of",
    "document_of",
    "entries_of",
    "loyalty_section",
    "program_coded",
    "programs_of",
    "shown_units",
    "statement_of",
    "told_entries",
    "version_at",
    "versions_of",
]
