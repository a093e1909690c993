"""Pure decisions about cases: what a case is after all that happened, and which promises run, rest, are kept or broken."""
