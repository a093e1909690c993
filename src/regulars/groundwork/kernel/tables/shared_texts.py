"""The texts of a workbook's cells, which the sheet names by number: kept in temporary files, because there may be millions."""

from __future__ import annotations

import os
import struct
import tempfile
from types import TracebackType
from typing import IO

from regulars.groundwork.kernel.tables.sheet_xml import texts_in

REMEMBERED_MAX = 20_000
REMEMBERED_BYTES = 200
PLACE = struct.Struct("<QQ")
END = struct.Struct("<Q")


class SharedTexts:
    """Texts by number. Those that were looked up last are remembered, if they are short."""

    def __init__(self) -> None:
        self.count = 0
        self.remembered: dict[str, str] = {}  # by the number as cells write it

    def __enter__(self) -> SharedTexts:
        self.texts: IO[bytes] = tempfile.TemporaryFile()
        self.places: IO[bytes] = tempfile.TemporaryFile()
        return self

    def __exit__(self, _kind: type[BaseException] | None, _fault: BaseException | None, _trace: TracebackType | None) -> None:
        self.texts.close()
        self.places.close()

    def take(self, stream: IO[bytes]) -> None:
        """Keep all texts of the part."""
        end = 0
        self.places.write(END.pack(0))
        for text in texts_in(stream):
            content = text.encode("utf-8", "surrogatepass")
            end += self.texts.write(content)
            self.places.write(END.pack(end))
            self.count += 1
        self.texts.flush()
        self.places.flush()

    def __getitem__(self, written: str) -> str:
        """One text. Raises IndexError or ValueError for a number that there is not."""
        known = self.remembered.get(written)
        if known is not None:
            return known
        number = int(written)
        if not 0 <= number < self.count:
            raise IndexError(number)
        start, end = PLACE.unpack(os.pread(self.places.fileno(), PLACE.size, number * END.size))
        text = os.pread(self.texts.fileno(), end - start, start).decode("utf-8", "surrogatepass")
        if end - start <= REMEMBERED_BYTES:
            if len(self.remembered) >= REMEMBERED_MAX:
                self.remembered.clear()
            self.remembered[written] = text
        return text
