"""How one file is read: which column holds what, and what the file itself leaves open.

A plan is first drafted from the file (`draft_plan`): columns by the words of the header, decimal marks and the order of day and month by
a sample. What the sample can't decide becomes a question with a likely answer; nothing is guessed without saying so.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import gettext as _

from regulars.groundwork.kernel.money import currencies, digits_of
from regulars.groundwork.kernel.refusals import Refusal
from regulars.groundwork.kernel.tables.moments import MomentFinding, Order, find_day_order
from regulars.groundwork.kernel.tables.numbers import Mark, find_decimal_mark
from regulars.groundwork.kernel.tables.opening import Reading, Table

if TYPE_CHECKING:
    from regulars.groundwork.kernel.intake.kinds import Field, Kind

SAMPLE_ROWS = 2_000
REASON_COLUMN = "Why this row was not taken"
_CANONICAL = re.compile(r"^-?\d+(\.\d+)?$")


class PlanRefused(Refusal):
    """The plan can't be carried out; `fields` say where."""

    code = "plan_refused"


@dataclass(frozen=True, slots=True)
class Plan:
    """All that decides how the rows of a file are read. It is kept with the batch, so that a second run reads the same."""

    columns: dict[str, str] = field(default_factory=dict)
    currency: str = ""
    zone: str = "UTC"
    source: str = "import"
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    marks: dict[str, Mark] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    serials: list[str] = field(default_factory=list)

    @property
    def reading(self) -> Reading:
        return Reading(self.encoding, self.delimiter, self.sheet)

    def packed(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)

    @classmethod
    def unpacked(cls, values: Mapping[str, Any]) -> Plan:
        """The plan that `packed` wrote."""
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Question:
    """Something that the file leaves open. `about` is "encoding", or "decimal:FIELD", or "order:FIELD"."""

    about: str
    sentence: str
    choices: tuple[tuple[str, str], ...]
    assumed: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan with the questions that are open, and the first rows as they are read."""

    plan: Plan
    questions: tuple[Question, ...]
    missing: tuple[str, ...]


def draft_plan(*, kind: Kind, table: Table, wanted: Plan, decided: Mapping[str, str] | None = None) -> Draft:
    """Fill what `wanted` leaves open. `decided` answers questions by their `about`. Raises PlanRefused for names that don't exist."""
    answers = dict(decided or {})
    columns = _columns_of(kind, table, wanted.columns)
    plan = replace(
        wanted,
        columns=columns,
        encoding=table.reading.encoding,
        delimiter=table.reading.delimiter,
        sheet=table.reading.sheet,
        marks={},
        orders={},
        serials=[],
    )
    check_plan(kind=kind, plan=plan)
    questions = _encoding_question(table, wanted, answers)
    places = positions_of(table, columns)
    sample = [cells for _number, cells in table.sample(SAMPLE_ROWS)]
    for one in kind.fields:
        if one.name in places:
            cells = [row[places[one.name]] for row in sample if len(row) > places[one.name]]
            questions += _read_column(one, cells, plan, table, answers)
    missing = tuple(str(one.title) for one in kind.fields if one.required and one.name not in columns)
    return Draft(plan, tuple(questions), missing)


def check_plan(*, kind: Kind, plan: Plan) -> None:
    """Raises PlanRefused for a currency, zone or source that can't be meant."""
    if plan.currency and plan.currency not in currencies():
        sentence = _("“%(currency)s” is no currency code. A code has three letters, for example EUR.") % {"currency": plan.currency[:10]}
        raise PlanRefused(sentence, fields={"currency": sentence})
    if plan.zone not in available_timezones():
        sentence = _("There is no time zone called “%(zone)s”.") % {"zone": plan.zone[:60]}
        raise PlanRefused(sentence, fields={"zone": sentence})
    if not re.fullmatch(r"[\w.\- ]{1,40}", plan.source):
        sentence = _("The source is a short name of the other system, for example “till”.")
        raise PlanRefused(sentence, fields={"source": sentence})


def positions_of(table: Table, columns: Mapping[str, str]) -> dict[str, int]:
    """Field → position of its column. Raises PlanRefused for a column that the file lacks."""
    names = table.names
    positions = {}
    for name, column in columns.items():
        if column not in names:
            sentence = _("The file has no column “%(column)s”. Its columns are: %(names)s.") % {
                "column": column[:60],
                "names": ", ".join(names[:30]),
            }
            raise PlanRefused(sentence, fields={name: sentence})
        positions[name] = names.index(column)
    return positions


def header_signature(header: Iterable[str]) -> str:
    """The same for files with the same columns in the same order; the reason column of an error file does not count."""
    names = [folded(name) for name in header if name != REASON_COLUMN]
    return hashlib.sha256("\x1f".join(names).encode("utf-8", "surrogatepass")).hexdigest()


def folded(text: str) -> str:
    """Header words for comparison: lower case, no accents, only letters and digits."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate({ord("đ"): "d", ord("ł"): "l", ord("ø"): "o"}))
    return "".join(sign for sign in plain if sign.isalnum())


def zone_named(plan: Plan) -> ZoneInfo:
    """The zone of local times in the file."""
    return ZoneInfo(plan.zone)


def _columns_of(kind: Kind, table: Table, wanted: Mapping[str, str]) -> dict[str, str]:
    known = {one.name for one in kind.fields}
    for name in wanted:
        if name not in known:
            sentence = _("There is nothing called “%(name)s” to map. Known are: %(known)s.") % {
                "name": name[:60],
                "known": ", ".join(one.name for one in kind.fields),
            }
            raise PlanRefused(sentence, fields={"columns": sentence})
    if wanted:
        columns = {name: column for name, column in wanted.items() if column}
        positions_of(table, columns)
        return columns
    return suggested_columns(kind.fields, table.names)


def suggested_columns(fields: Sequence[Field], names: Sequence[str]) -> dict[str, str]:
    """Columns whose header says what they hold, each used once: first those that say exactly that, then those that contain it."""
    free = {folded(name): name for name in reversed(names) if name != REASON_COLUMN}
    found: dict[str, str] = {}
    for one in fields:
        for word in (folded(one.name), *one.synonyms):
            if word in free:
                found[one.name] = free.pop(word)
                break
    for one in fields:
        if one.name in found:
            continue
        for word in one.synonyms:
            near = next((header for header in free if len(word) > 3 and word in header), None)
            if near is not None:
                found[one.name] = free.pop(near)
                break
    return found


def _encoding_question(table: Table, wanted: Plan, answers: dict[str, str]) -> list[Question]:
    guess = table.survey.guess
    if guess.sure or wanted.encoding or not guess.possible or "encoding" in answers:
        return []
    sentence = _("The file does not say how its letters are encoded. Do the names below look right?")
    return [Question("encoding", sentence, tuple((name, name) for name in guess.possible), guess.name)]


def _read_column(one: Field, cells: list[str], plan: Plan, table: Table, answers: dict[str, str]) -> list[Question]:
    """Decide one column into the plan; returns the question that stays open, if any."""
    if one.shape == "moment":
        return _read_moments(one, cells, plan, answers)
    if one.shape in ("money", "quantity"):
        return _read_numbers(one, cells, plan, table, answers)
    return []


def _read_moments(one: Field, cells: list[str], plan: Plan, answers: dict[str, str]) -> list[Question]:
    finding: MomentFinding = find_day_order(cells)
    if finding.serial:
        plan.serials.append(one.name)
    about = f"order:{one.name}"
    answer = answers.get(about)
    plan.orders[one.name] = "mdy" if answer == "mdy" else "dmy" if answer == "dmy" else finding.order
    if finding.sure or answer:
        return []
    choices = (("dmy", _("day first")), ("mdy", _("month first")))
    sentence = _("Dates such as “%(example)s” can be read in two ways. Which comes first?") % {"example": finding.example}
    return [Question(about, sentence, choices, finding.order)]


def _read_numbers(one: Field, cells: list[str], plan: Plan, table: Table, answers: dict[str, str]) -> list[Question]:
    likely: Mark = "," if plan.delimiter == ";" else "."
    decimals = digits_of(plan.currency) if plan.currency and one.shape == "money" else 3 if one.shape == "quantity" else 2
    finding = find_decimal_mark(cells, likely=likely, decimals=decimals)
    about = f"decimal:{one.name}"
    answer = answers.get(about)
    typed = table.survey.kind == "xlsx" and all(_CANONICAL.match(cell) for cell in cells if cell.strip())
    plan.marks[one.name] = "," if answer == "," else "." if answer == "." or typed else finding.decimal
    if finding.sure or answer or typed:
        return []
    sentence = _("Numbers such as “%(example)s” can be read in two ways. What is the decimal mark?") % {"example": finding.example}
    return [Question(about, sentence, ((".", _("point")), (",", _("comma"))), finding.decimal)]
