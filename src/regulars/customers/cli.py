"""`regulars customers merge | unmerge | export | forget | hold | release`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from regulars.business.queries import scope_named
from regulars.customers.queries import customer_named, processing_record, retention_due, retention_rules, standing_merge_of
from regulars.customers.services import (
    export_of_customer,
    forget_customer,
    keep_to_retention,
    lift_hold,
    merge_customers,
    note_pending_erasures,
    place_hold,
    replay_erasures,
    set_retention,
    unmerge_customers,
)
from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.inventory import faults_in_inventory, stored_columns
from regulars.groundwork.kernel.refusals import NotFound, Refusal

ACTOR = "system:command-line"
WHO = "the customer's number (A-1001, or card:A-1001) or id here"


class ConfirmationMissing(Refusal):
    code = "confirmation_missing"

    def __init__(self, name: str) -> None:
        super().__init__(_("“%(name)s” would be forgotten for ever. Add --yes to do it.") % {"name": name})


class FileThere(Refusal):
    code = "file_exists"

    def __init__(self, path: Path) -> None:
        super().__init__(_("“%(path)s” exists already; choose another name with --to.") % {"path": path})


def commands(add: Any) -> None:
    """Register the commands."""
    customers = add.add_parser("customers", help="one person of several records, access exports, erasure")
    acts = customers.add_subparsers(dest="act", required=True, metavar="ACT")
    merge = _act(acts, "merge", "two records are one person: let the first point to the second", merge_two)
    merge.add_argument("loser", metavar="RECORD", help=f"the record that steps back: {WHO}")
    merge.add_argument("survivor", metavar="INTO", help="the record that stays")
    merge.add_argument("--reason", default="", help="how you know that they are one person")
    unmerge = _act(acts, "unmerge", "take a merge back", undo_merge)
    unmerge.add_argument("loser", metavar="RECORD", help=f"the record that stepped back: {WHO}")
    export = _act(acts, "export", "everything stored about a customer, as a zip of JSON and CSV", export_one)
    export.add_argument("customer", metavar="CUSTOMER", help=WHO)
    export.add_argument("--to", type=Path, metavar="FILE", help="where to write it (default: customer-ID.zip here)")
    forget = _act(acts, "forget", "forget a customer: identity goes, figures stay", forget_one)
    forget.add_argument("customer", metavar="CUSTOMER", nargs="?", default="", help=WHO)
    forget.add_argument("--yes", action="store_true", help="yes, for ever")
    forget.add_argument("--replay", action="store_true", help="after a restore: forget again whom the journal names")
    forget.add_argument("--journal", type=Path, metavar="FILE", help="the journal to replay (default: the installation's own)")
    hold = _act(acts, "hold", "keep a customer from being forgotten", hold_one)
    hold.add_argument("customer", metavar="CUSTOMER", help=WHO)
    hold.add_argument("--reason", required=True, help="why; whoever wants to forget them reads it")
    retention = _act(acts, "retention", "what the retention rules end: shown, or done with --run", keep_rules)
    retention.add_argument("--run", dest="now", action="store_true", help="forget them now (the worker does it each night)")
    retention.add_argument("--set", nargs=2, metavar=("RULE", "DAYS"), help="switch a rule on with this length; 0 switches it off")
    inventory = _act(acts, "inventory", "every column that can hold a text, with its class", show_inventory)
    inventory.add_argument("--check", action="store_true", help="exit code 1 when a column has no class")
    inventory.add_argument("--record", action="store_true", help="the record of processing activities, as JSON")
    release = _act(acts, "release", "end a hold", release_one)
    release.add_argument("customer", metavar="CUSTOMER", help=WHO)


def merge_two(arguments: argparse.Namespace) -> int:
    """`regulars customers merge RECORD INTO`."""
    scope = scope_named(business=arguments.business)
    loser = customer_named(scope=scope, text=arguments.loser)
    named = customer_named(scope=scope, text=arguments.survivor)
    merge = merge_customers(scope=scope, loser_id=loser.pk, survivor_id=named.pk, reason=arguments.reason, at=clock.now(), actor=ACTOR)
    _answer(
        arguments,
        {"merge": str(merge.public_id), "record": str(loser.public_id), "into": str(merge.survivor.public_id)},
        _("“%(loser)s” now points to “%(survivor)s”. Nothing moved; `regulars customers unmerge` takes it back.")
        % {"loser": loser.display_name, "survivor": merge.survivor.display_name},
    )
    return 0


def undo_merge(arguments: argparse.Namespace) -> int:
    """`regulars customers unmerge RECORD`."""
    scope = scope_named(business=arguments.business)
    loser = customer_named(scope=scope, text=arguments.loser)
    merge = standing_merge_of(scope=scope, loser_id=loser.pk)
    unmerge_customers(scope=scope, merge_id=merge.pk, at=clock.now(), actor=ACTOR)
    _answer(
        arguments,
        {"merge": str(merge.public_id), "record": str(loser.public_id), "from": str(merge.survivor.public_id)},
        _("“%(loser)s” stands by itself again.") % {"loser": loser.display_name},
    )
    return 0


def export_one(arguments: argparse.Namespace) -> int:
    """`regulars customers export CUSTOMER`."""
    scope = scope_named(business=arguments.business)
    customer = customer_named(scope=scope, text=arguments.customer)
    export = export_of_customer(scope=scope, customer_id=customer.pk, at=clock.now(), actor=ACTOR)
    path = arguments.to or Path(export.file_name)
    try:
        with path.open("xb") as out:
            out.write(export.archive)
    except FileExistsError:
        raise FileThere(path) from None
    path.chmod(0o600)
    rows = {name: len(found) for name, found in export.sections.items()}
    _answer(arguments, {"file": str(path), "rows": rows}, _("Written to %(path)s.") % {"path": path})
    return 0


def forget_one(arguments: argparse.Namespace) -> int:
    """`regulars customers forget CUSTOMER --yes`, or `--replay`."""
    if arguments.replay:
        note_pending_erasures()
        done = replay_erasures(path=arguments.journal, at=clock.now(), actor=ACTOR)
        sentence = _("%(entries)s erasures in the journal, %(forgotten)s people forgotten again.")
        _answer(
            arguments,
            {"entries": done.entries, "forgotten": done.forgotten},
            sentence % {"entries": done.entries, "forgotten": done.forgotten},
        )
        return 0
    if not arguments.customer:
        raise NotFound(_("Name the customer to forget, or add --replay."))
    scope = scope_named(business=arguments.business)
    customer = customer_named(scope=scope, text=arguments.customer)
    if not arguments.yes:
        raise ConfirmationMissing(customer.display_name)
    erasure = forget_customer(scope=scope, customer_id=customer.pk, at=clock.now(), actor=ACTOR)
    _answer(
        arguments,
        {"erasure": str(erasure.public_id), "records": len(erasure.records)},
        _("Forgotten. Figures stay; the worker clears what other parts of the program keep."),
    )
    return 0


def hold_one(arguments: argparse.Namespace) -> int:
    """`regulars customers hold CUSTOMER --reason WHY`."""
    scope = scope_named(business=arguments.business)
    customer = customer_named(scope=scope, text=arguments.customer)
    hold = place_hold(scope=scope, customer_id=customer.pk, reason=arguments.reason, at=clock.now(), actor=ACTOR)
    _answer(arguments, {"held": str(customer.public_id), "reason": hold.reason}, _("Held: nothing of this customer goes."))
    return 0


def release_one(arguments: argparse.Namespace) -> int:
    """`regulars customers release CUSTOMER`."""
    scope = scope_named(business=arguments.business)
    customer = customer_named(scope=scope, text=arguments.customer)
    lift_hold(scope=scope, customer_id=customer.pk, at=clock.now(), actor=ACTOR)
    _answer(arguments, {"released": str(customer.public_id)}, _("Released."))
    return 0


def keep_rules(arguments: argparse.Namespace) -> int:
    """`regulars customers retention [--set RULE DAYS] [--run]`."""
    scope, at = scope_named(business=arguments.business), clock.now()
    if arguments.set:
        name, days = arguments.set
        length = int(days) if days.isdigit() else -1
        known = {rule.subject.name: rule.days for rule in retention_rules(scope=scope)}
        set_retention(scope=scope, subject=name, days=length or known.get(name, 0), enabled=length != 0, at=at, actor=ACTOR)
    due = retention_due(scope=scope, at=at)
    values: dict[str, Any] = {
        "rules": {rule.subject.name: rule.days if rule.enabled else None for rule in retention_rules(scope=scope)},
        "ending": {name: [str(row.public_id) for row in rows] for name, rows in due.ending.items()},
        "spared": [str(row.public_id) for row in due.spared],
    }
    count = sum(len(rows) for rows in due.ending.values())
    sentence = _("%(count)s people would be forgotten, a legal hold spares %(spared)s.") % {"count": count, "spared": len(due.spared)}
    if arguments.now:
        done = keep_to_retention(scope=scope, at=at, actor=ACTOR)
        values["ended"] = done.ended
        sentence = _("%(count)s people were forgotten.") % {"count": sum(done.ended.values())}
    _answer(arguments, values, sentence)
    return 0


def show_inventory(arguments: argparse.Namespace) -> int:
    """`regulars customers inventory [--check | --record]`."""
    if arguments.check:
        faults = faults_in_inventory()
        sys.stdout.write("\n".join(faults or [_("Every column has a class.")]) + "\n")
        return 1 if faults else 0
    if arguments.record:
        record = processing_record(scope=scope_named(business=arguments.business))
        sys.stdout.write(json.dumps(record, ensure_ascii=False, indent=2, default=str) + "\n")
        return 0
    stored = stored_columns()
    _answer(
        arguments,
        {f"{one.table}.{one.column}": one.kind for one in stored},
        "\n".join(f"{one.kind:9} {one.table}.{one.column}" for one in stored if one.kind != "plain"),
    )
    return 0


def _act(acts: Any, name: str, words: str, run: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = acts.add_parser(name, help=words, description=words)
    parser.add_argument("--business", default="", metavar="NAME", help="needed only when there are several")
    parser.add_argument("--json", action="store_true", help="answer in JSON")
    parser.set_defaults(run=run)
    return parser


def _answer(arguments: argparse.Namespace, values: dict[str, Any], sentence: str) -> None:
    sys.stdout.write((json.dumps(values, ensure_ascii=False) if arguments.json else sentence) + "\n")
