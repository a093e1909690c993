"""`regulars import`: the grammar, and what is said to the person at the terminal.

Exit codes: 0 all rows taken, 3 some were not, 2 the file can't be read or the request makes no sense.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.intake import receiving, refused
from regulars.groundwork.kernel.intake.kinds import KINDS, Ground, Kind
from regulars.groundwork.kernel.intake.mappings import save_mapping, saved_mapping
from regulars.groundwork.kernel.intake.plans import Draft, Plan, PlanRefused, Question, draft_plan, folded
from regulars.groundwork.kernel.intake.progress import TerminalProgress
from regulars.groundwork.kernel.intake.running import begin, carry_out, forget_reading
from regulars.groundwork.kernel.intake.staging import BatchMoved
from regulars.groundwork.kernel.intake.undoing import NothingToUndo, begin_undo, carry_out_undo
from regulars.groundwork.kernel.models import BatchState, ImportBatch
from regulars.groundwork.kernel.refusals import NotFound
from regulars.groundwork.kernel.tables.opening import Table, open_table
from regulars.groundwork.kernel.tables.survey import Survey

ACTOR = "system:import"
COUNTS = ("read", "created", "updated", "identical", "skipped", "failed")
NAMED_DELIMITERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}


def add_import_commands(add: Any) -> None:
    """Register the commands; the kinds are those that the capabilities registered."""
    parser = add.add_parser("import", help="take over customers and purchases from CSV and XLSX files")
    acts = parser.add_subparsers(dest="act", required=True, metavar="WHAT")
    for kind in sorted(KINDS.values(), key=lambda one: one.name):
        _add_kind(acts, kind)
    listing = acts.add_parser("list", help="the latest imports")
    listing.add_argument("--json", action="store_true", help="print JSON")
    listing.set_defaults(run=list_batches)
    undo = acts.add_parser("undo", help="take an import back")
    undo.add_argument("batch", help="its number, as `import list` shows it")
    undo.add_argument("--yes", action="store_true", help="ask nothing")
    undo.add_argument("--json", action="store_true", help="print JSON")
    undo.set_defaults(run=undo_batch)


def _add_kind(acts: Any, kind: Kind) -> None:
    parser = acts.add_parser(kind.name, help=f"a file of {kind.name}", epilog="Fields: " + ", ".join(one.name for one in kind.fields))
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--map", nargs="+", action="append", default=[], metavar="FIELD=COLUMN", help="which column holds what")
    parser.add_argument("--currency", default="", help="three letters, for example EUR")
    parser.add_argument("--zone", default="", help="zone of local times, for example Europe/Budapest")
    parser.add_argument("--source", default="import", help="name of the system that the numbers come from (import)")
    parser.add_argument("--encoding", help="text encoding, when the file does not show it")
    parser.add_argument("--delimiter", help="comma, semicolon, tab or pipe")
    parser.add_argument("--sheet", help="sheet of a workbook (the first)")
    parser.add_argument("--dates", choices=["dmy", "mdy"], help="what comes first in 03/04/2024")
    parser.add_argument("--decimal", choices=[".", ",", "point", "comma"], help="the decimal mark")
    parser.add_argument("--dry-run", action="store_true", help="say what would happen and change nothing")
    parser.add_argument("--yes", action="store_true", help="ask nothing; what the file leaves open is assumed and said")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=import_file, kind=kind.name)


def import_file(arguments: argparse.Namespace) -> int:
    """`regulars import KIND FILE …`."""
    kind, at = KINDS[arguments.kind], clock.now()
    survey = receiving.survey_path(arguments.file)
    wanted = _wanted_plan(arguments)
    ground = kind.ground_for(tenant_id=None, currency=wanted.currency, zone=arguments.zone, at=at, actor=ACTOR, found=not arguments.dry_run)
    table = open_table(arguments.file, wanted.reading, survey=survey)
    draft = _draft(arguments, kind, table, ground, wanted)
    if not arguments.yes and not arguments.dry_run and not _agreed(kind, draft, table):
        return 2
    batch = _batch_to_run(arguments, kind, ground, draft, survey)
    batch = _carried_out(batch, quiet=arguments.json)
    if batch.state == BatchState.FAILED:
        raise PlanRefused(batch.sentence)
    error_file = refused.write_error_file(batch) if arguments.dry_run else refused.error_file(batch)
    if not arguments.dry_run:
        save_mapping(kind=kind, tenant_id=ground.tenant_id, table=table, plan=draft.plan, name=arguments.file.name, at=at)
    _report(batch, draft, error_file, arguments)
    code = 3 if batch.failed else 0
    if arguments.dry_run:
        forget_batch(batch)
    return code


def list_batches(arguments: argparse.Namespace) -> int:
    """`regulars import list`."""
    rows = list(ImportBatch.objects.order_by("-pk")[:50])
    if arguments.json:
        _say(json.dumps([{"batch": row.pk, "kind": row.kind, "file": row.file_name, "state": row.state, **_counts(row)} for row in rows]))
        return 0
    if not rows:
        _say(_("Nothing has been imported yet."))
    for row in rows:
        counts = ", ".join(f"{name} {count:,}" for name, count in _counts(row).items() if count)
        _say(f"{row.pk:>5}  {row.uploaded_at:%Y-%m-%d %H:%M}  {row.kind:<10} {row.state:<9} {row.file_name}  ({counts})")
    return 0


def undo_batch(arguments: argparse.Namespace) -> int:
    """`regulars import undo BATCH`."""
    batch = ImportBatch.objects.filter(pk=arguments.batch).first() if arguments.batch.isdigit() else None
    if batch is None:
        raise NotFound(_("There is no import with this number."))
    if batch.state not in (BatchState.FINISHED, BatchState.UNDOING):
        raise NothingToUndo
    question = _("Take back what this import created? What was used since stays.")
    if not arguments.yes and not _confirmed(question):
        return 2
    begin_undo(batch, at=clock.now())
    progress = TerminalProgress(quiet=arguments.json)
    batch = carry_out_undo(batch_id=batch.pk, at=clock.now(), actor=ACTOR, progress=progress)
    progress.end()
    if arguments.json:
        _say(json.dumps({"batch": batch.pk, "undone": batch.undone, "kept": batch.kept, "gone": batch.gone}))
    else:
        sentence = _("%(undone)s undone, %(kept)s kept because they were changed or used since, %(gone)s were gone already.")
        _say(sentence % {"undone": f"{batch.undone:,}", "kept": f"{batch.kept:,}", "gone": f"{batch.gone:,}"})
    return 0


def forget_batch(batch: ImportBatch) -> None:
    """Leave no trace of a dry run in the database; its error file stays for reading."""
    forget_reading(batch)
    receiving.forget_file(batch)
    batch.delete()


def _wanted_plan(arguments: argparse.Namespace) -> Plan:
    columns: dict[str, str] = {}
    for pair in (pair for group in arguments.map for pair in group):
        name, mark, column = pair.partition("=")
        if not mark or not column:
            raise PlanRefused(_("“%(pair)s” should read FIELD=COLUMN.") % {"pair": pair[:60]})
        columns[name.strip()] = column
    delimiter = NAMED_DELIMITERS.get(arguments.delimiter, arguments.delimiter)
    return Plan(
        columns=columns,
        currency=arguments.currency.upper(),
        zone=arguments.zone or "UTC",
        source=arguments.source,
        encoding=arguments.encoding,
        delimiter=delimiter,
        sheet=arguments.sheet,
    )


def _draft(arguments: argparse.Namespace, kind: Kind, table: Table, ground: Ground, wanted: Plan) -> Draft:
    """The plan with what the command line, the business and an earlier file with this header say."""
    wanted = replace(wanted, zone=arguments.zone or ground.zone)
    saved = None if wanted.columns else saved_mapping(kind=kind, tenant_id=ground.tenant_id, table=table)
    if saved is not None:
        wanted = replace(wanted, columns=saved.plan["columns"])
    money = any(one.shape == "money" for one in kind.fields)
    if money and not wanted.currency and "currency" not in wanted.columns:
        wanted = replace(wanted, currency=ground.currency)
    decided = {}
    for one in kind.fields:
        if arguments.dates:
            decided[f"order:{one.name}"] = arguments.dates
        if arguments.decimal:
            decided[f"decimal:{one.name}"] = {"point": ".", "comma": ","}.get(arguments.decimal, arguments.decimal)
    draft = draft_plan(kind=kind, table=table, wanted=wanted, decided=decided)
    if draft.missing:
        sentence = _("Say which column holds: %(missing)s. The file's columns are: %(names)s.")
        raise PlanRefused(sentence % {"missing": ", ".join(draft.missing), "names": ", ".join(table.names[:30])})
    if money and not draft.plan.currency and "currency" not in draft.plan.columns:
        raise PlanRefused(_("Say in which currency the amounts are: --currency EUR, or --map currency=COLUMN."))
    return draft


def _batch_to_run(arguments: argparse.Namespace, kind: Kind, ground: Ground, draft: Draft, survey: Survey) -> ImportBatch:
    """A batch left half-way by a crash, when it is this file read in this way; else a new one."""
    left = ImportBatch.objects.filter(
        tenant_id=ground.tenant_id, kind=kind.name, digest=survey.digest, state=BatchState.RUNNING, actor=ACTOR
    ).order_by("-pk")
    if not arguments.dry_run:
        for batch in left:
            if batch.plan == draft.plan.packed():
                return batch
    batch = receiving.receive_path(kind=kind, ground=ground, path=arguments.file, plan=draft.plan, actor=ACTOR, survey=survey)
    begin(batch, write=not arguments.dry_run, at=clock.now())
    return batch


def _carried_out(batch: ImportBatch, *, quiet: bool) -> ImportBatch:
    progress = TerminalProgress(quiet=quiet)
    try:
        return carry_out(batch_id=batch.pk, at=clock.now(), progress=progress)
    except BatchMoved:
        raise PlanRefused(_("This file is being imported by another process already.")) from None
    finally:
        progress.end()


def _agreed(kind: Kind, draft: Draft, table: Table) -> bool:
    """Show what would be read and ask what is open. Nothing is taken without a yes."""
    by_column = {column: name for name, column in draft.plan.columns.items()}
    for name, column in draft.plan.columns.items():
        _aside(f"  {name:<10} ← {column}")
    for _number, cells in table.sample(3):
        _aside("  " + " · ".join(cell[:24] for cell, column in zip(cells, table.names, strict=False) if column in by_column))
    for question in draft.questions:
        if not _answered(question, draft.plan):
            return False
    return _confirmed(_("Take this over?"))


def _answered(question: Question, plan: Plan) -> bool:
    choices = ", ".join(f"{value} ({title})" if value != title else value for value, title in question.choices)
    answer = _asked(f"{question.sentence} {choices} [{question.assumed}] ")
    if answer is None:
        return False
    what, _colon, name = question.about.partition(":")
    values = {value for value, _title in question.choices}
    chosen = answer if answer in values else question.assumed
    if what == "order":
        plan.orders[name] = "mdy" if chosen == "mdy" else "dmy"
    elif what == "decimal":
        plan.marks[name] = "," if chosen == "," else "."
    elif chosen != question.assumed:
        raise PlanRefused(_("Start again with --encoding %(name)s.") % {"name": chosen})
    return True


def _confirmed(question: str) -> bool:
    answer = _asked(f"{question} [y/N] ")
    return answer is not None and folded(answer) in ("y", "yes")


def _asked(prompt: str) -> str | None:
    sys.stderr.write(prompt)
    sys.stderr.flush()
    line = sys.stdin.readline()
    return line.strip() if line else None


def _report(batch: ImportBatch, draft: Draft, error_file: Path | None, arguments: argparse.Namespace) -> None:
    seconds = time.time() - batch.started_at.timestamp() if batch.started_at else 0.0
    pace = round(batch.read / seconds) if seconds > 0 else 0
    if batch.read == 0:
        _aside(_("Below its header the file holds no row."))
    assumed = {question.about: question.assumed for question in draft.questions} if arguments.yes or arguments.dry_run else {}
    if arguments.json:
        answer = {
            **_counts(batch),
            "batch": None if arguments.dry_run else batch.pk,
            "dry_run": arguments.dry_run,
            "error_file": str(error_file) if error_file else None,
            "assumed": assumed,
            **{name: batch.result.get(name, 0) for name in KINDS[batch.kind].remarks},
            "seconds": round(seconds, 3),
            "rows_per_second": pace,
        }
        _say(json.dumps(answer))
        return
    _say(", ".join(f"{name} {count:,}" for name, count in _counts(batch).items()))
    if nameless := batch.result.get("refunds_without_original"):
        _say(ngettext("%(count)s refund names no sale.", "%(count)s refunds name no sale.", nameless) % {"count": f"{nameless:,}"})
    for question in draft.questions if assumed else ():
        _say(f"{question.sentence} {_('Assumed: %(value)s.') % {'value': question.assumed}}")
    for row, sentence in refused.first_faults(batch, 5):
        _say(_("Row %(row)s: %(sentence)s") % {"row": row, "sentence": sentence})
    if error_file:
        _say(_("All rows that were not taken: %(path)s") % {"path": error_file})
    _aside(f"{seconds:.1f} s, {pace:,} rows/s")


def _counts(batch: ImportBatch) -> dict[str, int]:
    return {name: getattr(batch, name) for name in COUNTS}


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def _aside(line: str) -> None:
    sys.stderr.write(line + "\n")
