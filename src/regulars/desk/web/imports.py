"""Imports: bring a file, say how it is read, see what would happen, take it over, take it back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.desk.web.asking import Asking, put_refusal
from regulars.desk.web.import_forms import PlanForm, UploadForm
from regulars.groundwork.kernel.intake import refused, steering
from regulars.groundwork.kernel.intake.kinds import Kind, kind_named
from regulars.groundwork.kernel.intake.mappings import save_mapping, saved_mapping
from regulars.groundwork.kernel.intake.plans import Draft, Plan, PlanRefused, draft_plan
from regulars.groundwork.kernel.intake.progress import step_title, time_left
from regulars.groundwork.kernel.intake.receiving import opened, receive_upload
from regulars.groundwork.kernel.models import BatchState, ImportBatch
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.groundwork.kernel.tables.opening import Table
from regulars.groundwork.kernel.tables.problems import shortened

SECTION = {"current_section": "imports"}
PREVIEW_ROWS = 6
PREVIEW_COLUMNS = 12


@dataclass(frozen=True)
class HowFar:
    """Progress as the page shows it."""

    title: str
    done: int
    expected: int
    note: str


def imports(request: HttpRequest) -> HttpResponse:
    """The latest imports, and the form for the next; or receive a file."""
    asking = Asking(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            batch = _received(asking, form)
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            return redirect("desk:import", id=batch.public_id)
    rows = steering.batches_of(tenant_id=asking.scope.business_id, branch_ids=asking.scope.branch_ids)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "desk/imports.html", {"form": form, "batches": rows, **SECTION}, status=status)


def batch(request: HttpRequest, id: str) -> HttpResponse:
    """One import: the page that fits its state."""
    asking = Asking(request)
    row = _batch(asking, id)
    if row.state == BatchState.UPLOADED:
        return _plan_page(request, asking, row)
    return render(request, "desk/import.html", {"faults": refused.first_faults(row), **_shown(asking, row)})


def plan(request: HttpRequest, id: str) -> HttpResponse:
    """Set how the file is read; then look again, or check."""
    asking = Asking(request)
    row = _batch(asking, id)
    kind = kind_named(row.kind)
    try:
        table, draft = _drafted(row, kind)
        form = PlanForm(request.POST, kind=kind, table=table, draft=draft)
        if not form.is_valid():
            return _plan_page(request, asking, row, form)
        return _planned(request, asking, row, form)
    except PlanRefused as refusal:
        put_refusal(form, refusal)
        return _plan_page(request, asking, row, form)


def reread(request: HttpRequest, id: str) -> HttpResponse:
    """Go back to how the file is read; nothing was taken over yet."""
    row = _batch(Asking(request), id)
    wanted = replace(Plan.unpacked(row.plan), marks={}, orders={}, serials=[])
    steering.set_plan(batch=row, plan=wanted)
    return redirect("desk:import", id=id)


def run(request: HttpRequest, id: str) -> HttpResponse:
    """Take a checked file over."""
    asking = Asking(request)
    row = _batch(asking, id)
    steering.start_run(batch=row, at=asking.at, actor=asking.actor.name)
    table = opened(row)
    kind = kind_named(row.kind)
    save_mapping(kind=kind, tenant_id=row.tenant_id, table=table, plan=Plan.unpacked(row.plan), name=row.file_name, at=asking.at)
    return redirect("desk:import", id=id)


def undo(request: HttpRequest, id: str) -> HttpResponse:
    """Take an import back."""
    asking = Asking(request)
    steering.start_undo(batch=_batch(asking, id), at=asking.at, actor=asking.actor.name)
    return redirect("desk:import", id=id)


def discard(request: HttpRequest, id: str) -> HttpResponse:
    """Forget a file that was not taken over."""
    row = _batch(Asking(request), id)
    steering.discard_batch(batch=row)
    messages.success(request, _("The file is forgotten. Nothing of it was taken over."))
    return redirect("desk:imports")


def progress(request: HttpRequest, id: str) -> HttpResponse:
    """How far an import is, for the page that waits for it."""
    asking = Asking(request)
    row = _batch(asking, id)
    return render(request, "desk/import_progress.html", _shown(asking, row) | {"polled": True})


def not_taken(request: HttpRequest, id: str) -> FileResponse:
    """The rows that were not taken, as a file that can be imported again."""
    row = _batch(Asking(request), id)
    path = refused.error_file(row) or refused.write_error_file(row)
    if path is None:
        raise NotFound(_("Every row was taken: there is no such file."))
    answer = FileResponse(path.open("rb"), as_attachment=True, filename="not-taken.csv", content_type="text/csv; charset=utf-8")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _received(asking: Asking, form: UploadForm) -> ImportBatch:
    kind, file = kind_named(form.cleaned_data["kind"]), form.cleaned_data["file"]
    ground = kind.ground_for(tenant_id=asking.scope.business_id, currency="", zone="", at=asking.at, actor=asking.actor.name)
    return receive_upload(
        kind=kind,
        ground=ground,
        branch_ids=asking.scope.branch_ids,
        file_name=file.name or "",
        pieces=file.chunks(),
        plan=Plan(zone=ground.zone, currency=ground.currency),
        size_max=settings.REGULARS.upload_max_megabytes * 1_000_000,
        actor=asking.actor.name,
    )


def _batch(asking: Asking, id: str) -> ImportBatch:
    return steering.batch_of(tenant_id=asking.scope.business_id, branch_ids=asking.scope.branch_ids, public_id=id)


def _drafted(row: ImportBatch, kind: Kind) -> tuple[Table, Draft]:
    """The table and its plan so far: as saved with the batch, else as files with this header were read last, else as the words say."""
    table = opened(row)
    wanted = Plan.unpacked(row.plan)
    if not wanted.columns:
        saved = saved_mapping(kind=kind, tenant_id=row.tenant_id, table=table)
        if saved is not None:
            wanted = replace(wanted, columns=saved.plan["columns"], currency=saved.plan["currency"], zone=saved.plan["zone"])
    known = [column for column in wanted.columns.values() if column in table.names]
    if len(known) < len(wanted.columns):
        wanted = replace(wanted, columns={name: column for name, column in wanted.columns.items() if column in known})
    decided = {f"decimal:{name}": str(mark) for name, mark in wanted.marks.items()}
    decided |= {f"order:{name}": str(order) for name, order in wanted.orders.items()}
    return table, draft_plan(kind=kind, table=table, wanted=wanted, decided=decided)


def _planned(request: HttpRequest, asking: Asking, row: ImportBatch, form: PlanForm) -> HttpResponse:
    wanted = form.plan()
    if form.reads_otherwise():
        same_header = wanted.delimiter == form.draft.plan.delimiter and wanted.sheet == form.draft.plan.sheet
        steering.set_plan(batch=row, plan=replace(wanted, columns=wanted.columns if same_header else {}, marks={}, orders={}, serials=[]))
        return redirect("desk:import", id=row.public_id)
    draft = draft_plan(kind=form.kind, table=form.table, wanted=wanted, decided=form.answers())
    if "currency" in form.fields and not draft.plan.currency and "currency" not in draft.plan.columns:
        form.add_error("currency", _("Choose the currency, or the column that says it."))
        return _plan_page(request, asking, row, form)
    steering.set_plan(batch=row, plan=_without_open(draft))
    if any(question.about != "encoding" for question in draft.questions):
        return redirect("desk:import", id=row.public_id)
    steering.start_check(batch=row, at=asking.at, actor=asking.actor.name)
    return redirect("desk:import", id=row.public_id)


def _without_open(draft: Draft) -> Plan:
    """The plan without what was only assumed: open questions stay open."""
    open_ = {question.about for question in draft.questions}
    marks = {name: mark for name, mark in draft.plan.marks.items() if f"decimal:{name}" not in open_}
    orders = {name: order for name, order in draft.plan.orders.items() if f"order:{name}" not in open_}
    return replace(draft.plan, marks=marks, orders=orders)


def _plan_page(request: HttpRequest, asking: Asking, row: ImportBatch, form: PlanForm | None = None) -> HttpResponse:
    kind = kind_named(row.kind)
    table, draft = (form.table, form.draft) if form else _drafted(row, kind)
    form = form or PlanForm(kind=kind, table=table, draft=draft)
    names = table.names[:PREVIEW_COLUMNS]
    rows = [(number, [shortened(cell) for cell in cells[:PREVIEW_COLUMNS]]) for number, cells in table.sample(PREVIEW_ROWS)]
    context = {
        "form": form,
        "names": names,
        "more_columns": len(table.names) - len(names),
        "rows": rows,
        "encoding_open": any(question.about == "encoding" for question in draft.questions),
        **_shown(asking, row),
    }
    return render(request, "desk/import_plan.html", context, status=422 if form.is_bound and form.errors else 200)


def _shown(asking: Asking, row: ImportBatch) -> dict[str, Any]:
    busy = row.state in steering.AT_WORK
    return {"batch": row, "kind": kind_named(row.kind), "busy": busy, "how_far": _how_far(asking, row) if busy else None, **SECTION}


def _how_far(asking: Asking, row: ImportBatch) -> HowFar:
    seconds = (asking.at - row.started_at).total_seconds() if row.started_at else 0.0
    if row.state == BatchState.UNDOING:
        done, expected, title = (
            row.undone + row.kept + row.gone,
            row.result.get("purchases", row.created + row.updated),
            step_title("undoing"),
        )
    elif row.step == "comparing":
        done, expected = row.slots_done, row.slots
        title = step_title("recording" if row.state == BatchState.RUNNING else "comparing")
    else:
        done, expected, title = row.read, row.rows_expected, step_title(row.step or "reading")
    pace = done / seconds if seconds > 0 else 0.0
    if not pace or not expected:
        return HowFar(title, done, expected, _("Waiting for the worker."))
    rows_per_second = ngettext("%(count)s row per second", "%(count)s rows per second", round(pace)) % {"count": f"{pace:,.0f}"}
    return HowFar(title, done, expected, f"{rows_per_second} · {time_left(max(0.0, (expected - done) / pace))}")
