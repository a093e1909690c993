"""Reading mail: whatever comes gives a value or a reason, quickly, and never a fault."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.messaging.rules.charsets import decoded
from regulars.messaging.rules.headers import addresses_in, decoded_words, ids_in
from regulars.messaging.rules.mail import attachment_bytes, read_mail, text_of_html
from regulars.messaging.rules.parts import Unreadable, safe_file_name

from tests.messaging.letters import letter, several

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("raw", "declared", "text", "charset", "repaired"),
    [
        (b"caf\xe9", "utf-8", "café", "cp1252", True),  # M7
        ("日本語".encode("iso2022_jp"), "iso-2022-jp", "日本語", "iso2022_jp_ext", False),
        ("你好".encode("gbk"), "X-GBK", "你好", "gb18030", False),  # M8
        ("ça".encode("cp850"), "cp-850", "ça", "cp850", False),  # M8
        ("für".encode(), "X-UNKNOWN", "für", "utf_8", True),  # M8
        ("für".encode("latin-1"), "", "für", "cp1252", True),  # M8
        ("“quoted”".encode("cp1252"), "iso-8859-1", "“quoted”", "cp1252", False),
        (b"plain", "hex", "plain", "ascii", False),
        ("é".encode(), "zlib", "é", "utf_8", True),
        (("Grüße aus Köln, schöne Straßen " * 3).encode() + b"\xfc", "utf-8", "Grüße aus Köln, schöne Straßen " * 3 + "ü", "utf_8", True),
        (
            "Съешь же ещё этих мягких французских булок".encode("koi8_r"),
            "koi8-r",
            "Съешь же ещё этих мягких французских булок",
            "koi8_r",
            False,
        ),
    ],
)
def test_letters_are_read_by_the_ladder_and_each_step_is_recorded(
    raw: bytes, declared: str, text: str, charset: str, repaired: bool
) -> None:
    found = decoded(raw, declared)
    assert (found.text, found.charset, found.repaired) == (text, charset, repaired)
    assert found.steps


def test_detection_reads_a_longer_text_whose_charset_is_declared_wrongly() -> None:
    text = "Добрый день! Я хотел бы заказать два хлеба и булочки на завтра утром, спасибо большое заранее."
    found = decoded(text.encode("cp1251"), "utf-8")
    assert found.text == text
    assert found.repaired
    assert any(step.startswith("detection") for step in found.steps)


@pytest.mark.parametrize(
    ("raw", "name", "address"),
    [
        (b'"M\xfcller, J\xf6rg" <j@x.example>', "Müller, Jörg", "j@x.example"),  # M11
        (b"J\xf6rg M\xfcller <j@x.example>", "Jörg Müller", "j@x.example"),  # M11
        (b"=?iso-8859-1?Q?J=F6rg?= =?iso-8859-1?Q?_M?= <j@x.example>", "Jörg M", "j@x.example"),
        (b"=?utf-8?q?a=2C_b?= <j@x.example>", "a, b", "j@x.example"),
        (b"j@x.example (Jo)", "Jo", "j@x.example"),
        (b"<j@x.example>", "", "j@x.example"),
        (b'"', "", ""),
        (b"(c):", "", ""),
        (b"=?utf-8?q?=0A?=Bcc: <y@z.example> <j@x.example>", "<y@z.example>", "j@x.example"),
    ],
)
def test_addresses_are_read_as_they_come(raw: bytes, name: str, address: str) -> None:
    found = addresses_in(raw)
    if not name and not address:
        assert all(not one.address for one in found)
    else:
        assert (found[0].name, found[0].address) == (name, address)
        assert len(found) == 1


def test_an_encoded_line_end_in_a_subject_is_no_line_end() -> None:
    mail = read_mail(letter(subject="=?utf-8?q?Hello=0ABcc:_a@b.example?="))
    assert mail.subject == "Hello Bcc: a@b.example"


def test_m9_fields_that_stop_other_readers_are_imported() -> None:
    raw = b'From: a@b.example\r\nTo: "\r\nCc: (c):\r\nMessage-ID: <[b378f]@x>\r\nContent-Type: text/plain; name*\r\nSubject: s\r\n\r\nwords'
    mail = read_mail(raw)
    assert (mail.sender.address, mail.subject, mail.text, mail.message_id) == ("a@b.example", "s", "words", "[b378f]@x")
    assert mail.recipients == []
    assert "no_date" in mail.notes


def test_m3_without_a_message_id_one_is_made_from_the_content() -> None:
    one, two = read_mail(letter(number="")), read_mail(letter(number=""))
    assert one.message_id == two.message_id
    assert one.message_id.endswith("@made-here.invalid")
    assert read_mail(letter(b"other", number="")).message_id != one.message_id


def test_m2_two_copies_of_one_mail_have_one_key_and_another_text_has_another() -> None:
    copy = b"Received: from a by b\r\nDelivered-To: legal@fennel.example\r\n" + letter()
    assert read_mail(copy).content_key == read_mail(letter()).content_key
    assert read_mail(letter(b"Hallo\r\n")).content_key != read_mail(letter()).content_key  # the same Message-ID


def test_the_parts_of_a_mail_become_text_html_and_attachments() -> None:
    mail = read_mail(
        several(
            b"Content-Type: multipart/alternative; boundary=in\r\n\r\n--in\r\nContent-Type: text/plain; charset=utf-8\r\n"
            b"Content-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=C3=9Fe\r\n--in\r\nContent-Type: text/html\r\n\r\n<p>Hi</p>\r\n--in--",
            b'Content-Type: application/pdf; name="bill.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERg==',
            b"Content-Type: text/plain; name*0*=utf-8''Stra%C3%9Fe; name*1=.txt\r\nContent-Disposition: attachment\r\n\r\nx",
        )
    )
    assert mail.text == "Grüße"
    assert mail.html == "<p>Hi</p>"
    assert [(one.name, one.type, one.size_bytes) for one in mail.attachments] == [
        ("bill.pdf", "application/pdf", 4),
        ("Straße.txt", "text/plain", 1),
    ]
    found = attachment_bytes(several(b'Content-Type: a/b; name="x"\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERg=='), 1)
    assert found is not None
    assert found[1] == b"%PDF"


def test_a_mail_of_html_alone_still_has_words() -> None:
    raw = letter(b"<style>p{}</style><p>One</p><script>alert(1)</script><div>Two &amp; three</div>", more=b"Content-Type: text/html\r\n")
    assert read_mail(raw).text == "One\n\nTwo & three"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (letter(b"--x\r\n\r\na\r\n" * 10_000, more=b"Content-Type: multipart/mixed; boundary=x\r\n"), "too_many_parts"),
        (
            letter(
                b"".join(b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (n, n + 1) for n in range(100)),
                more=b"Content-Type: multipart/mixed; boundary=b0\r\n",
            ),
            "too_deep",
        ),
        (b"X-Long: " + b"a" * 600_000 + b"\r\n\r\nx", "headers_too_long"),
        (bytes(range(256)) * 100, "no_headers"),
    ],
)
def test_h8_bombs_are_named_at_once(raw: bytes, code: str) -> None:
    started = time.monotonic()
    with pytest.raises(Unreadable) as fault:
        read_mail(raw)
    assert fault.value.code == code
    assert time.monotonic() - started < 2


def test_h8_fifty_megabytes_are_read_within_seconds() -> None:
    attachment = b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJz\r\n" * 800_000
    head = b"Content-Type: application/zip; name=big.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    started = time.monotonic()
    mail = read_mail(several(b"\r\nhi", head + attachment))
    assert time.monotonic() - started < 10
    assert mail.attachments[0].size_bytes == 45 * 800_000


@pytest.mark.parametrize("markup", ["<" * 200_000, "<script>" * 50_000, "<a " * 100_000, "<script " + "x" * 300_000, "&lt;" * 100_000])
def test_hostile_markup_costs_no_more_than_its_length(markup: str) -> None:
    started = time.monotonic()
    text_of_html(markup)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("a\x00b\r\n.exe", "a_b .exe"),
        ("\u202egpj.exe", "gpj.exe"),
        ("...", "attachment-3.bin"),
        ('x".html', "x_.html"),
        ("C:\\temp\\bill.pdf", "bill.pdf"),
        ("a" * 400 + ".pdf", "a" * 100 + ".pdf"),
    ],
)
def test_i9_names_of_files_are_made_harmless(given: str, safe: str) -> None:
    found = safe_file_name(given, 3)
    assert found == safe or (set(found) & set('\r\n\x00"/\\') == set() and found)


@given(st.binary(max_size=600))
def test_no_bytes_make_the_reader_stumble(raw: bytes) -> None:
    try:
        read_mail(raw)
    except Unreadable:
        pass
    decoded_words(raw)
    addresses_in(raw)
    ids_in(raw)


def test_three_hundred_mutants_of_a_mail_are_read_or_refused_by_name() -> None:
    seed = several(
        b"Content-Type: text/plain; charset=utf-8\r\n\r\nHello",
        b'Content-Type: image/png; name="=?utf-8?b?eA==?="\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=',
    )
    chance = random.Random(41)
    for _round in range(300):
        mutant = bytearray(seed)
        for _change in range(chance.randint(1, 12)):
            place = chance.randrange(len(mutant))
            mutant[place : place + chance.randint(0, 4)] = chance.choice([b"", b"\x00", b"=?", b'"', b"\r\n", b"\xff", b";;", b"--cut"])
        try:
            read_mail(bytes(mutant))
        except Unreadable:
            pass
