"""Production assertions: the books of each program are proven; where they don't agree, spending stops there and nowhere else (D24)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from regulars.loyalty.models import Program
from regulars.loyalty.queries.ledger import account_faults
from regulars.loyalty.queries.vouchers import voucher_faults
from regulars.loyalty.services.programs import freeze_program


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What was found in one program: (account, sentence) pairs, sentences about vouchers, and whether it was frozen by this call."""

    program: Program
    faults: list[tuple[int, str]]
    voucher_faults: list[str]
    froze: bool


def prove_books(*, at: datetime, actor: str, business_id: int | None = None) -> list[Proof]:
    """Prove the accounts and vouchers of every program, or of one business's; freeze the programs whose books don't agree."""
    programs = Program.objects.order_by("pk") if business_id is None else Program.objects.filter(business_id=business_id).order_by("pk")
    proofs = []
    for program in programs:
        faults = list(account_faults(program=program))
        vouchers = [sentence for _program, sentence in voucher_faults(program=program)]
        reasons = [*(f"account {account}: {sentence}" for account, sentence in faults[:1]), *vouchers[:1]]
        froze = bool(reasons) and freeze_program(program=program, reason=reasons[0], at=at, actor=actor)
        proofs.append(Proof(program=program, faults=faults, voucher_faults=vouchers, froze=froze))
    return proofs
