"""Bytes to text without ever failing: declared → alias → UTF-8 → UTF-8 mended → detection → cp1252. Each step is recorded.

A name of a charset is looked up in a list of our own: Python also knows codecs that are no charsets (`hex`, `zlib`) and some that take
quadratic time (`idna`, `punycode`).
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from functools import lru_cache

CHARSETS = frozenset(
    [
        "ascii",
        "utf_8",
        "utf_8_sig",
        "utf_16",
        "utf_16_le",
        "utf_16_be",
        "utf_32",
        "utf_7",
        "iso8859_1",
        "iso8859_2",
        "iso8859_3",
        "iso8859_4",
        "iso8859_5",
        "iso8859_6",
        "iso8859_7",
        "iso8859_8",
        "iso8859_9",
        "iso8859_10",
        "iso8859_11",
        "iso8859_13",
        "iso8859_14",
        "iso8859_15",
        "iso8859_16",
        "cp1250",
        "cp1251",
        "cp1252",
        "cp1253",
        "cp1254",
        "cp1255",
        "cp1256",
        "cp1257",
        "cp1258",
        "cp437",
        "cp737",
        "cp775",
        "cp850",
        "cp852",
        "cp855",
        "cp857",
        "cp858",
        "cp860",
        "cp861",
        "cp862",
        "cp863",
        "cp864",
        "cp865",
        "cp866",
        "cp869",
        "cp874",
        "cp932",
        "cp949",
        "cp950",
        "koi8_r",
        "koi8_u",
        "koi8_t",
        "mac_roman",
        "mac_latin2",
        "mac_cyrillic",
        "mac_greek",
        "mac_turkish",
        "gb18030",
        "big5",
        "big5hkscs",
        "shift_jis",
        "euc_jp",
        "euc_kr",
        "iso2022_jp",
        "iso2022_jp_1",
        "iso2022_jp_2",
        "iso2022_jp_3",
        "iso2022_jp_ext",
        "iso2022_kr",
        "johab",
        "hz",
        "tis_620",
        "ptcp154",
        "kz1048",
    ]
)
# What senders write, and what their bytes are (superset charsets, as browsers read them).
ALIASES = {
    "us_ascii": "cp1252",
    "ascii": "cp1252",
    "ansi_x3.4_1968": "cp1252",
    "iso_8859_1": "cp1252",
    "iso8859_1": "cp1252",
    "latin1": "cp1252",
    "latin_1": "cp1252",
    "iso_8859_9": "cp1254",
    "iso_8859_8_i": "iso8859_8",
    "iso_8859_8_e": "iso8859_8",
    "iso_8859_6_i": "iso8859_6",
    "iso_8859_11": "cp874",
    "gb2312": "gb18030",
    "gb_2312_80": "gb18030",
    "gbk": "gb18030",
    "x_gbk": "gb18030",
    "cp936": "gb18030",
    "euc_cn": "gb18030",
    "ks_c_5601_1987": "cp949",
    "ks_c_5601": "cp949",
    "euc_kr": "cp949",
    "x_windows_949": "cp949",
    "shift_jis": "cp932",
    "x_sjis": "cp932",
    "sjis": "cp932",
    "windows_31j": "cp932",
    "iso_2022_jp": "iso2022_jp_ext",
    "cp_850": "cp850",
    "windows_874": "cp874",
    "unicode_1_1_utf_7": "utf_7",
    "utf8mb4": "utf_8",
    "x_utf_8": "utf_8",
    "unicode": "utf_16",
    "x_mac_roman": "mac_roman",
    "macintosh": "mac_roman",
    "x_mac_cyrillic": "mac_cyrillic",
    "big5": "cp950",
    "x_x_big5": "cp950",
    "koi8": "koi8_r",
}
DETECT_BYTES = 32_768
DETECT_LEAST = 12  # fewer foreign bytes say nothing about a charset


def _old_byte(fault: UnicodeError) -> tuple[str, int]:
    """A stray byte in UTF-8 was most likely pasted from a Western European text."""
    if not isinstance(fault, UnicodeDecodeError):
        raise fault
    return _western(fault.object[fault.start : fault.end]), fault.end


codecs.register_error("regulars.western", _old_byte)


@dataclass(frozen=True)
class Decoded:
    """A text, the charset that read it, the steps tried in order, and whether the sender's declaration had to be overruled."""

    text: str
    charset: str
    steps: tuple[str, ...]
    repaired: bool


def decoded(raw: bytes, declared: str = "") -> Decoded:
    """Read bytes as text. Never raises; control characters that no text holds are replaced."""
    steps: list[str] = []
    name = declared.strip().strip("\"'").lower()[:60]
    wanted = known_charset(name)
    if raw.isascii() and wanted not in ("iso2022_jp_ext", "iso2022_kr", "hz", "utf_7", "utf_16", "utf_16_le", "utf_16_be", "utf_32"):
        return Decoded(printable(raw.decode("ascii")), "ascii", ("ascii",), repaired=False)
    if name:
        read = _tried(raw, wanted) if wanted else None
        steps.append(f"declared {name}: {'read' if read is not None else 'no' if wanted else 'unknown'}")
        if read is not None:
            return Decoded(read, wanted, tuple(steps), repaired=False)
    return _guessed(raw, steps, declared=bool(name))


@lru_cache(maxsize=1024)
def known_charset(declared: str) -> str:
    """Our name of a declared charset; empty when it is none."""
    flat = re.sub(r"[^a-z0-9.]+", "_", declared).strip("_")
    if flat in ALIASES:
        return ALIASES[flat]
    try:
        found = codecs.lookup(flat or "?").name.replace("-", "_")
    except (LookupError, ValueError):
        return ""
    found = ALIASES.get(found, found)
    return found if found in CHARSETS else ""


def _guessed(raw: bytes, steps: list[str], *, declared: bool) -> Decoded:
    read = _tried(raw, "utf_8")
    steps.append(f"utf-8: {'no' if read is None else 'read'}")
    if read is not None:
        return Decoded(read, "utf_8", tuple(steps), repaired=declared)
    foreign = sum(byte > 127 for byte in raw[:DETECT_BYTES])
    mended = raw.decode("utf-8", "regulars.western")
    sound = sum(char > "\u00ff" for char in mended)
    if len(re.findall(rb"[\xc2-\xf4][\x80-\xbf]+", raw[:DETECT_BYTES])) * 2 > foreign - foreign // 10 and (sound or foreign >= 3):
        return Decoded(printable(mended), "utf_8", (*steps, "utf-8 mended: read"), repaired=True)
    if foreign >= DETECT_LEAST:
        from charset_normalizer import from_bytes

        best = from_bytes(raw[:DETECT_BYTES]).best()
        name = best.encoding if best is not None and best.coherence > 0 else ""
        read = _tried(raw, name) if name in CHARSETS else None
        steps.append(f"detection: {name or 'nothing'}")
        if read is not None:
            return Decoded(read, name, tuple(steps), repaired=True)
    return Decoded(printable(_western(raw)), "cp1252", (*steps, "cp1252: read"), repaired=True)


def _tried(raw: bytes, charset: str) -> str | None:
    try:
        return printable(raw.decode(charset))
    except (UnicodeError, LookupError, ValueError):
        return None


def _western(raw: bytes) -> str:
    """cp1252, its five holes shown as signs that something is missing."""
    return raw.decode("cp1252", "replace")


_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    """The text with NUL, other control characters and lone surrogates replaced, line ends made one kind."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNPRINTABLE.sub("\ufffd", text.replace("\x0c", "\n"))


def one_line(text: str, most: int = 500) -> str:
    """A text for one line: every kind of line end, tab and run of blanks becomes a blank; marks that turn the reading direction go."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()[:most]
    flat = re.sub(r"[\s\u0085\u2028\u2029]+", " ", printable(text))
    return re.sub("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", flat).strip()[:most]
