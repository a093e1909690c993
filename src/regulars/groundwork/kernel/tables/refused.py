"""Why a file can't be read as a table. Each refusal says what is the matter and what to do."""

from __future__ import annotations

from django.utils.translation import gettext as _

from regulars.groundwork.kernel.refusals import Refusal


class UnreadableFile(Refusal):
    """The file as a whole is no table that we can read; nothing was taken from it."""

    code = "unreadable_file"


class EmptyFile(UnreadableFile):
    code = "empty_file"

    def __init__(self) -> None:
        super().__init__(_("The file is empty. Export it again with a header row and at least one row below it."))


class FileTooLarge(UnreadableFile):
    code = "file_too_large"
    status = 413

    def __init__(self, size: int, limit: int) -> None:
        values = {"size": f"{size / 1e6:.0f}", "limit": f"{limit / 1e6:.0f}"}
        super().__init__(_("The file is too large: %(size)s MB, where %(limit)s MB are allowed. Split it into parts.") % values)


class NoTable(UnreadableFile):
    code = "no_table"

    def __init__(self, looks_like: str) -> None:
        super().__init__(_("This is no table but %(what)s. Save it as CSV or XLSX and try again.") % {"what": looks_like})


class BrokenWorkbook(UnreadableFile):
    code = "broken_workbook"

    def __init__(self, why: str) -> None:
        super().__init__(
            _("The spreadsheet can't be opened: %(why)s. Open it in your spreadsheet program and save it again.") % {"why": why}
        )


class WorkbookTooLarge(UnreadableFile):
    code = "workbook_too_large"
    status = 413

    def __init__(self, limit: int) -> None:
        super().__init__(
            _("Unpacked, the spreadsheet is larger than %(limit)s MB. Save it as CSV and try again.") % {"limit": f"{limit / 1e6:.0f}"}
        )


class UnknownSheet(UnreadableFile):
    code = "unknown_sheet"

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(
            _("There is no sheet “%(name)s”. The sheets are: %(known)s.") % {"name": name[:60], "known": ", ".join(known[:20])}
        )


class UnknownEncoding(UnreadableFile):
    code = "unknown_encoding"

    def __init__(self, name: str) -> None:
        super().__init__(_("“%(name)s” is no text encoding that Regulars knows.") % {"name": name[:60]})


class UnknownDelimiter(UnreadableFile):
    code = "unknown_delimiter"

    def __init__(self) -> None:
        super().__init__(_("Columns can be divided by a comma, a semicolon, a tab or a vertical bar."))


class TooManyColumns(UnreadableFile):
    code = "too_many_columns"

    def __init__(self, row: int, count: int, limit: int) -> None:
        super().__init__(
            _("Row %(row)s has %(count)s columns, where %(limit)s are allowed.") % {"row": row, "count": count, "limit": limit},
            row=row,
        )


class RunawayCell(UnreadableFile):
    code = "runaway_cell"

    def __init__(self, row: int, limit: int) -> None:
        super().__init__(
            _("A cell of row %(row)s is longer than %(limit)s characters. Perhaps a quotation mark is opened there and never closed.")
            % {"row": row, "limit": f"{limit:,}"},
            row=row,
        )


class RunawayLine(UnreadableFile):
    code = "runaway_line"

    def __init__(self, limit: int) -> None:
        super().__init__(
            _("A line of the file is longer than %(limit)s MB. This is no table, or its line ends are lost.")
            % {"limit": f"{limit / 1e6:.0f}"}
        )
