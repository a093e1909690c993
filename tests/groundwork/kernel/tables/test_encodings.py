"""Which encoding a file is in."""

import unicodedata

import pytest

from regulars.groundwork.kernel.tables.encodings import guess_legacy, guess_wide, known_encoding
from regulars.groundwork.kernel.tables.refused import UnknownEncoding

SAMPLES = [
    ("cp1250", "Zażółć gęślą jaźń; Łódź; Wrocław; Święty"),
    ("iso-8859-2", "Zażółć gęślą jaźń; Łódź; Święty; Żółć"),
    ("cp1250", "Příliš žluťoučký kůň úpěl ďábelské ódy; Dvořák; Čapek"),
    ("cp1252", "Müller; Größe; Straße; Jäger"),
    ("cp1252", "Ærø; Østergård; Ångström"),
    ("cp1257", "Šiauliai; žuvėdra; ąžuolas; Rīga; Liepāja; ģimene; ņēma"),
    ("cp1258", "Nguyễn Đức Hạnh; Trần Thị Hương; Lê Văn Đạt"),
    ("cp1251", "Иванов Пётр; Щукин; Юлия"),
    ("cp1253", "Γιώργος Παπαδόπουλος; Ελένη"),
    ("cp852", "Zażółć gęślą jaźń; Łódź"),
]


@pytest.mark.parametrize(("encoding", "text"), SAMPLES)
def test_an_old_one_byte_file_is_read_as_it_was_written(encoding: str, text: str) -> None:
    raw = as_windows_wrote_it(text, encoding)
    guess = guess_legacy(raw)
    readings = {guess.name, *guess.possible}
    assert raw.decode(guess.name) == raw.decode(encoding) or (not guess.sure and encoding in readings)


def test_a_clear_case_is_not_asked_about() -> None:
    guess = guess_legacy("Zażółć gęślą jaźń, Łódź, Święty".encode("cp1250"))
    assert (guess.name, guess.sure) == ("cp1250", True)


def test_two_tables_that_read_differently_and_fit_equally_are_asked_about() -> None:
    guess = guess_legacy("Tóth Jenő".encode("cp1250"))
    assert not guess.sure
    assert "cp1250" in guess.possible


@pytest.mark.parametrize(
    ("encoding", "name"), [("utf-16", "utf-16"), ("utf-16-le", "utf-16-le"), ("utf-16-be", "utf-16-be"), ("utf-32", "utf-32")]
)
def test_wide_encodings_are_seen_with_and_without_a_mark(encoding: str, name: str) -> None:
    guess = guess_wide("customer;at;amount\nŻaneta;2024-01-02;12,50\n".encode(encoding))
    assert guess is not None
    assert guess.name == name


def test_a_single_nul_is_no_utf16() -> None:
    assert guess_wide(b"customer,amount\nad\x00a,3\n") is None


@pytest.mark.parametrize("name", ["base64", "nonsense", "undefined", "", "\x00", "zip"])
def test_only_text_encodings_can_be_chosen(name: str) -> None:
    with pytest.raises(UnknownEncoding):
        known_encoding(name)


def as_windows_wrote_it(text: str, encoding: str) -> bytes:
    """cp1258 holds Vietnamese as base letters and tone marks."""
    signs = []
    for sign in unicodedata.normalize("NFC", text):
        try:
            signs.append(sign.encode(encoding))
        except UnicodeEncodeError:
            parts = unicodedata.normalize("NFD", sign)
            tones = [part for part in parts if part in "\u0300\u0301\u0303\u0309\u0323"]
            rest = unicodedata.normalize("NFC", "".join(part for part in parts if part not in tones))
            signs.append((rest + "".join(tones)).encode(encoding))
    return b"".join(signs)
