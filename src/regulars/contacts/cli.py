"""`regulars gate`: ask it, read its rules, give it others."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from regulars.business.queries import scope_named
from regulars.contacts.queries import CHANNELS, Ask, ContactClass, gate_rule_versions, gate_rules_at
from regulars.contacts.services import RulesRefused, apply_gate_rules, decide_contact
from regulars.customers.queries import customer_by_external_id, customer_of
from regulars.groundwork.kernel import clock, ids
from regulars.groundwork.kernel.refusals import NotFound, Refusal

ACTOR = "system:console"
FILE_MAX = 1_000_000


class NotAnInstant(Refusal):
    code = "not_an_instant"

    def __init__(self, text: str) -> None:
        super().__init__(_("“%(text)s” is no instant with an offset, such as 2027-01-31T09:00+01:00.") % {"text": text[:60]})


def commands(add: Any) -> None:
    """Register `gate ask`, `gate rules show`, `gate rules apply`."""
    gate: ArgumentParser = add.add_parser("gate", help="may we contact them, when, why not?")
    words = gate.add_subparsers(dest="word", required=True)
    _ask_words(words.add_parser("ask", help="ask the gate about one customer"))
    rules = words.add_parser("rules", help="the rules of the gate as one JSON document").add_subparsers(dest="act", required=True)
    show = rules.add_parser("show", help="print the rules in effect")
    show.add_argument("--at", default="", metavar="INSTANT", help="those in effect then")
    show.add_argument("--versions", action="store_true", help="list all versions instead")
    show.set_defaults(run=_show)
    apply = rules.add_parser("apply", help="make a document the rules (- reads the standard input)")
    apply.add_argument("file", metavar="FILE")
    apply.add_argument("--from", dest="effective_at", default="", metavar="INSTANT", help="with effect from; left out: at once")
    apply.set_defaults(run=_apply)
    for one in (show, apply):
        one.add_argument("--business", default="", metavar="NAME", help="needed only when there are several")


def _ask_words(ask: ArgumentParser) -> None:
    ask.add_argument("customer", help="the customer's number: external id, or id here")
    ask.add_argument("--channel", default="email", choices=CHANNELS)
    ask.add_argument("--purpose", default="offers")
    ask.add_argument("--class", dest="contact_class", default="promotional", choices=[one.value for one in ContactClass])
    ask.add_argument("--weight", type=int)
    ask.add_argument("--priority", type=int, default=5)
    ask.add_argument("--at", default="", metavar="INSTANT", help="the instant wanted; left out: now")
    ask.add_argument("--business", default="", metavar="NAME", help="needed only when there are several")
    ask.add_argument("--json", action="store_true", help="one JSON object")
    ask.set_defaults(run=_ask)


def _ask(arguments: Namespace) -> int:
    scope = scope_named(business=arguments.business)
    customer = (
        customer_of(scope=scope, public_id=arguments.customer)
        if ids.parsed(arguments.customer)
        else customer_by_external_id(scope=scope, value=arguments.customer)
    )
    if customer is None:
        raise NotFound(_("There is no such customer."))
    ask = Ask(
        channel=arguments.channel,
        purpose=arguments.purpose,
        contact_class=arguments.contact_class,
        weight=arguments.weight,
        priority=arguments.priority,
        wanted_at=_instant(arguments.at),
    )
    at = clock.now()
    decision = decide_contact(scope=scope, customer_id=customer.pk, ask=ask, reserve=False, key="", at=at, actor=ACTOR)
    if arguments.json:
        reasons = [{"code": one.code, "sentence": one.sentence, "contacts": [each.id for each in one.contacts]} for one in decision.reasons]
        until = decision.until.isoformat() if decision.until else None
        _say(json.dumps({"answer": decision.answer, "until": until, "reasons": reasons}, ensure_ascii=False))
        return 0
    _say(f"{decision.answer}{f' until {decision.until.isoformat()}' if decision.until else ''}")
    for reason in decision.reasons:
        _say(f"  {reason.code}: {reason.sentence}")
        for one in reason.contacts:
            _say(f"    {one.at.isoformat()} {one.channel} {one.purpose} ({one.contact_class}, weight {one.weight}, {one.state})")
    return 0


def _show(arguments: Namespace) -> int:
    scope = scope_named(business=arguments.business)
    if arguments.versions:
        for one in gate_rule_versions(scope=scope):
            _say(f"{one.version}\tfrom {one.effective_at.isoformat() if one.effective_at else '-'}\tby {one.actor}")
        return 0
    shown = gate_rules_at(scope=scope, at=_instant(arguments.at) or clock.now())
    _say(json.dumps(shown.document, indent=2, ensure_ascii=False))
    return 0


def _apply(arguments: Namespace) -> int:
    scope = scope_named(business=arguments.business)
    document = _document(arguments.file)
    shown = apply_gate_rules(scope=scope, document=document, effective_at=_instant(arguments.effective_at), at=clock.now(), actor=ACTOR)
    assert shown.effective_at is not None
    _say(_("Version %(version)d holds from %(instant)s on.") % {"version": shown.version, "instant": shown.effective_at.isoformat()})
    return 0


def _document(name: str) -> Any:
    try:
        text = sys.stdin.read(FILE_MAX + 1) if name == "-" else Path(name).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise RulesRefused({"/": _("The file can't be read: %(fault)s.") % {"fault": fault}}) from None
    if len(text) > FILE_MAX:
        raise RulesRefused({"/": _("A rules document of a megabyte is none.")})
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise RulesRefused({"/": _("This is no JSON: %(fault)s.") % {"fault": fault}}) from None


def _instant(text: str) -> datetime | None:
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise NotAnInstant(text) from None
    if instant.tzinfo is None:
        raise NotAnInstant(text)
    return instant


def _say(line: str) -> None:
    print(line)  # noqa: T201 — the command line speaks here
