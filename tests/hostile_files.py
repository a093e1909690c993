"""Eighty hostile files, made from one seed: what tills, spreadsheets, people and attackers do to a table."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime

import xlsxwriter

SEED = 20_261_121
COUNT = 80
HEADER = "customer,at,amount,product,receipt"


def hostile_files(seed: int = SEED, count: int = COUNT) -> Iterator[tuple[str, bytes]]:
    """(name, content) of each file: first every hand-made kind, then mutants of a good file."""
    rnd = random.Random(seed)
    made = [*hand_made(rnd)]
    yield from made[:count]
    for number in range(count - len(made)):
        yield f"mutant-{number}.csv", mutant(rnd)


def good_rows(rnd: random.Random, count: int = 30) -> list[list[str]]:
    """Plausible sales."""
    return [
        [
            f"C{rnd.randrange(9)}",
            f"2024-{rnd.randrange(1, 13):02}-{rnd.randrange(1, 28):02} 10:00:00",
            f"{rnd.randrange(1, 900) / 10:.2f}",
            "Bun",
            "",
        ]
        for _ in range(count)
    ]


def as_csv(rows: list[list[str]], header: str = HEADER, delimiter: str = ",", end: str = "\n") -> str:
    return end.join([header.replace(",", delimiter), *(delimiter.join(row) for row in rows)]) + end


def hand_made(rnd: random.Random) -> Iterator[tuple[str, bytes]]:
    text = as_csv(good_rows(rnd))
    yield from encodings(rnd, text)
    yield from shapes(rnd)
    yield from contents(rnd)
    yield from workbooks()


def encodings(rnd: random.Random, text: str) -> Iterator[tuple[str, bytes]]:
    for name in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"):
        yield f"{name}.csv", text.replace("Bun", "Žemlė").encode(name)
    for name, word in (("cp1250", "Žemľa"), ("cp1257", "Žemlė"), ("cp1252", "Brötchen"), ("cp1258", "Bánh mì"), ("cp1251", "Булка")):
        yield f"{name}.csv", text.replace("Bun", word).encode(name, "ignore")
    yield "half-utf8.csv", text.encode() + "C1,2024-01-01,1.00,Rosé,\n".encode("cp1252") * 3
    yield "cut-utf8.csv", text.replace("Bun", "ž").encode()[:-4]
    yield "odd-utf16.csv", text.encode("utf-16")[:-1]
    yield "lone-surrogates.csv", text.encode("utf-16-le").replace(b"B\0u\0", b"\x00\xd8u\0")
    yield "boms.csv", b"\xef\xbb\xbf" * 3 + text.encode()
    yield "control-z.csv", text.encode() + b"\x1a"
    yield "random.csv", rnd.randbytes(5_000)
    yield "random-text.csv", bytes(rnd.choice(b"abc,;\"\n\r\t 019.-'") for _ in range(5_000))


def shapes(rnd: random.Random) -> Iterator[tuple[str, bytes]]:
    rows = good_rows(rnd)
    yield "empty.csv", b""
    yield "blank.csv", b" \n\n\t\n"
    yield "header-only.csv", HEADER.encode() + b"\n"
    yield "no-header.csv", as_csv(rows).split("\n", 1)[1].encode()
    yield "cr-only.csv", as_csv(rows, end="\r").encode()
    yield "mixed-ends.csv", as_csv(rows).replace("\n", "\r\n", 7).encode() + b"\r\r\n\n"
    yield "embedded-newlines.csv", as_csv([[*row[:3], '"two\r\nlines\n"', ""] for row in rows]).encode()
    yield "duplicate-headers.csv", as_csv(rows, "customer,at,amount,amount,amount").encode()
    yield "empty-headers.csv", as_csv(rows, "customer,at,amount,,").encode()
    yield "thousand-columns.csv", (",".join([HEADER, *(f"x{n}" for n in range(1_000))]) + "\n" + ",".join(rows[0]) + "\n").encode()
    yield "columns-beyond.csv", ("," * 5_000 + "\n").encode()
    yield "ragged.csv", as_csv([row[: rnd.randrange(1, 5)] + ["more"] * rnd.randrange(4) for row in rows]).encode()
    yield "unclosed.csv", as_csv([*rows[:5], ["C1", "2024-01-01", "1.00", '"never closed', ""], *rows[5:]]).encode()
    yield "unclosed-header.csv", b'"customer,at,amount\nC1,2024-01-01,1\n'
    yield "stray-quotes.csv", as_csv([[row[0] + '"', row[1], row[2], 'a"b"c', '""'] for row in rows]).encode()
    yield (
        "semicolons-and-commas.csv",
        as_csv([[row[0], row[1], row[2].replace(".", ","), "a,b", ""] for row in rows], delimiter=";").encode(),
    )
    yield "pipes.csv", as_csv(rows, delimiter="|").encode()
    yield "only-delimiters.csv", b",;|\t" * 500 + b"\n" + b",,,,\n" * 20
    yield "one-long-line.csv", HEADER.encode() + b"," + b"x" * 20_000_000


def contents(rnd: random.Random) -> Iterator[tuple[str, bytes]]:
    good = good_rows(rnd, 5)

    def with_row(*row: str) -> bytes:
        return as_csv([*good, list(row)]).encode("utf-8", "surrogatepass")

    yield "million-signs.csv", with_row("C1", "2024-01-01", "1.00", "x" * 1_000_000, "")
    yield "million-signs-in-number.csv", with_row("C1", "2024-01-01", "1" * 1_000_000, "", "")
    yield "million-signs-in-date.csv", with_row("C1", "2" * 1_000_000, "1.00", "", "")
    yield "nul.csv", with_row("C\0001", "2024-01-01", "1.00", "\0", "")
    yield "formulas.csv", with_row("=cmd|' /C calc'!A0", "2024-01-01", "1.00", "@SUM(1+1)", "+1")
    yield "markup.csv", with_row("<script>alert(1)</script>", "2024-01-01", "1.00", "<img src=x onerror=alert(1)>", "{{ 7*7 }}")
    yield "sql.csv", with_row("'; DROP TABLE customers_customer; --", "2024-01-01", "1.00", "%s %(x)s {0} \\", "')")
    yield "backslashes.csv", with_row("\\N", "2024-01-01", "1.00", "\\t\\n\\.", "\\.")
    yield "right-to-left.csv", with_row("\u202eC1", "2024-01-01", "1.00", "مرحبا \u2066x\u2069", "")
    yield "surrogate.csv", with_row("C\ud800", "2024-01-01", "1.00", "\udfff", "")
    dates = [
        "2024-02-30",
        "0000-00-00",
        "99999-01-01",
        "2024-13-45",
        "31/31/2024",
        "-1",
        "1e9",
        "NaT",
        "24:00",
        "2024-01-01T25:61:61",
        "١٢/٣/٢٠٢٤",
    ]
    yield "impossible-dates.csv", as_csv([["C1", text, "1.00", "", ""] for text in dates]).encode()
    amounts = [
        "NaN",
        "inf",
        "-inf",
        "1e400",
        "0x10",
        "1_000",
        "--1",
        "1.2.3",
        "",
        " ",
        "٣",
        "1/2",
        "9" * 40,
        "1.005",
        "€1",
        "$1",
        "USD 1",
        "(1",
        "1)",
        ".",
    ]
    yield "impossible-amounts.csv", as_csv([["C1", "2024-01-01", text, "", ""] for text in amounts]).encode()
    yield (
        "mixed-currencies.csv",
        as_csv(
            [["C1", "2024-01-01", "1", "EUR", ""], ["C1", "2024-01-01", "1", "XQX", ""], ["C1", "2024-01-01", "1.5", "JPY", ""]],
            "customer,at,amount,currency,receipt",
        ).encode(),
    )
    yield (
        "refunds-without-original.csv",
        as_csv([["C1", "2024-01-01", "-1.00", "", f"R{number}"] for number in range(9)], "customer,at,amount,original,receipt").encode(),
    )
    yield "refund-of-itself.csv", as_csv([["C1", "2024-01-01", "-1.00", "R1", "R1"]], "customer,at,amount,original,receipt").encode()
    yield "duplicated-receipts.csv", as_csv([[f"C{number % 2}", "2024-01-01", "1.00", "", "R1"] for number in range(9)]).encode()
    yield "ambiguous.csv", as_csv([["C1", "01/02/2024", "1.234", "", ""], ["C1", "03/04/2024", "2.345", "", ""]]).encode()
    yield "future.csv", as_csv([["C1", "2199-01-01", "1.00", "", ""]]).encode()
    yield "zero.csv", as_csv([["C1", "2024-01-01", "0", "", ""], ["C1", "2024-01-01", "-0.00", "", ""]]).encode()
    yield "one-day.csv", as_csv([[row[0], "2024-01-01", row[2], "", ""] for row in good_rows(rnd, 60)]).encode()
    yield "one-customer.csv", as_csv([["C1", *row[1:]] for row in good_rows(rnd, 60)]).encode()


def workbooks() -> Iterator[tuple[str, bytes]]:
    good = workbook([["customer", "at", "amount"], ["C1", "2024-01-02", 3.5], [1001, 45383, -2], [True, "x", "=1+1"]])
    yield "good.xlsx", good
    yield "cut.xlsx", good[: len(good) // 2]
    yield "flipped.xlsx", good[:400] + bytes(byte ^ 0xFF for byte in good[400:460]) + good[460:]
    yield "no-rows.xlsx", workbook([])
    yield "other-archive.xlsx", packed({"readme.txt": b"hello"})
    yield "fake-parts.xlsx", packed({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"})
    yield "billion-laughs.xlsx", packed({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": laughs()})
    lying = packed({"[Content_Types].xml": b"", "xl/workbook.xml": b"0" * 3_000_000})
    yield "lying-sizes.xlsx", lying.replace(struct.pack("<L", 3_000_000), struct.pack("<L", 30))
    yield "old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    yield "picture.csv", b"\x89PNG\r\n\x1a\n" + b"\0\1\2" * 300
    yield "document.csv", b"%PDF-1.7\n" + b"1 0 obj << >> endobj\n" * 30


def workbook(rows: list[list[object]]) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(2024, 1, 1, tzinfo=UTC)})
        page = book.add_worksheet()
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return stream.getvalue()


def packed(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def laughs() -> bytes:
    lines = ['<?xml version="1.0"?><!DOCTYPE z [<!ENTITY a "ha">']
    lines += [f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)]
    return "\n".join([*lines, "]><workbook>&j;</workbook>"]).encode()


def mutant(rnd: random.Random) -> bytes:
    """A good file with a few bytes changed, doubled, dropped or cut."""
    raw = bytearray(as_csv(good_rows(rnd)).encode())
    for _ in range(rnd.randrange(1, 40)):
        place = rnd.randrange(len(raw))
        act = rnd.randrange(4)
        if act == 0:
            raw[place] = rnd.randrange(256)
        elif act == 1:
            raw[place:place] = bytes(rnd.choice(b'",;\n\r\t\0=\xff') for _ in range(rnd.randrange(1, 5)))
        elif act == 2:
            del raw[place : place + rnd.randrange(1, 30)]
        else:
            raw[place:place] = raw[max(0, place - 50) : place]
        raw = raw or bytearray(b"x")
    return bytes(raw)
