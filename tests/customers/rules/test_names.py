"""Names in their culture, and words that find people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.customers.rules.contact_points import NotReachable, normal_form
from regulars.customers.rules.names import folded, phone_words, query_words, shown_name, sorting_name, words_of_name

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("given_name", "family", "language", "shown"),
    [
        ("Ada", "Lindqvist", "", "Ada Lindqvist"),
        ("Eszter", "Nagy", "hu", "Nagy Eszter"),
        ("Thị Linh", "Trần", "vi", "Trần Thị Linh"),
        ("Rui", "Carvalho", "pt-BR", "Rui Carvalho"),
        ("", "Madonna", "en", "Madonna"),
        ("Suharto", "", "", "Suharto"),
    ],
)
def test_a_name_is_shown_as_its_culture_writes_it(given_name: str, family: str, language: str, shown: str) -> None:
    assert shown_name(given=given_name, family=family, organisation="", language=language) == shown


def test_lists_go_by_family_name_but_vietnamese_ones_by_the_given_name() -> None:
    assert sorting_name(given="Ada", family="Ömer", organisation="", shown="", language="") == "omer ada"
    assert sorting_name(given="Linh", family="Trần", organisation="", shown="", language="vi") == "linh tran"
    assert sorting_name(given="", family="", organisation="Öko Bäcker", shown="", language="") == "oko backer"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Đặng Nguyễn", "dang nguyen"),
        ("Straße", "strasse"),
        ("Łódź", "lodz"),
        ("Šķēle", "skele"),
        ("Őry", "ory"),
        ("Åse Ødegård", "ase odegard"),
    ],
)
def test_accents_do_not_matter(text: str, plain: str) -> None:
    assert folded(text) == plain


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert folded(folded(text)) == folded(text)


def test_names_are_found_with_and_without_their_hyphens() -> None:
    assert words_of_name("Anne-Marie O'Neill") == {"anne", "marie", "annemarie", "o", "neill", "oneill"}


def test_a_number_is_found_as_people_begin_to_type_it() -> None:
    words = phone_words("+36301234567")
    for typed in ("3630", "003630", "0630", "30123", "+36 30 123", "06 30/123-45"):
        (prefix,) = query_words(typed)
        assert any(word.startswith(prefix) for word in words), typed


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("  Lind ada ", ["lind", "ada"]),
        ("a.lindqvist@mail", ["a.lindqvist@mail"]),
        ("A-1001", ["a-1001"]),
        ("", []),
        ("…", []),
        ("(((", []),
    ],
)
def test_what_is_typed_becomes_prefixes_longest_first(typed: str, words: list[str]) -> None:
    assert query_words(typed) == words


@pytest.mark.parametrize(
    "value",
    [
        "a@x.test, b@x.test",
        "Ada <a@x.test>",
        "group:a@x.test;",
        "a@x.test\nBcc: b@x.test",
        "a b@x.test",
        "a@x",
        "@x.test",
        "a@.test",
        "a@-x.test",
        "a@x.test" + "x" * 300,
        'a"b@x.test',
        "",
    ],
)
def test_what_is_no_single_mailbox_is_refused(value: str) -> None:
    """G2 of the address grammar: nothing may smuggle a second recipient in."""
    with pytest.raises(NotReachable):
        normal_form("email", value)


@pytest.mark.parametrize(
    ("value", "region", "normal"),
    [
        ("+36 30 123 4567", "", "+36301234567"),
        ("06 30 123 4567", "HU", "+36301234567"),
        ("030 1234567", "DE", "+49301234567"),
        ("0612 345", "", "0612345"),
    ],
)
def test_numbers_have_one_form(value: str, region: str, normal: str) -> None:
    assert normal_form("phone", value, region) == normal


@pytest.mark.parametrize("value", ["abc", "", "1", "+99999999999999999999", "12;rm"])
def test_what_is_no_number_is_refused(value: str) -> None:
    with pytest.raises(NotReachable):
        normal_form("phone", value)
