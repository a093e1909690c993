"""Questions about loyalty."""

from regulars.loyalty.models import Entry, Program
from regulars.loyalty.queries.ledger import Balance, account_faults, balances_of, entries_of
from regulars.loyalty.queries.programs import document_of, program_coded, programs_of, version_at, versions_of
from regulars.loyalty.queries.showing import shown_units
from regulars.loyalty.queries.statement import DayLine, statement_of

__all__ = [
    "Balance",
    "DayLine",
    "Entry",
    "Program",
    "account_faults",
    "balances_of",
    "document_of",
    "entries_of",
    "program_coded",
    "programs_of",
    "shown_units",
    "statement_of",
    "version_at",
    "versions_of",
]
