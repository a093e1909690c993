"""Voucher codes: read back whatever people type, every typing error found, no pattern (D11, B6)."""

from __future__ import annotations

import random
import time
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.loyalty.rules.codes import ALPHABET, BITS, BYTES_EACH, LENGTH, MalformedCode, code_from, codes_from, is_whole, normal, shown

pytestmark = pytest.mark.pure
BITS_OF_A_CODE = st.integers(0, 2**BITS - 1)
CODE = BITS_OF_A_CODE.map(code_from)
GIVEN = code_from(0x0A3456789ABCDEF)


def test_a_code_is_twelve_symbols_and_a_check_symbol_in_groups_of_four() -> None:
    assert code_from(0) == "0" * 13
    assert code_from(2**60 - 1)[:12] == "Z" * 12
    assert GIVEN == "18T5CY4TQKFFJ"
    assert shown(GIVEN) == "18T5-CY4T-QKFF-J"


@pytest.mark.parametrize(
    "typed",
    [
        "18T5CY4TQKFFJ",
        "18t5-cy4t-qkff-j",
        " 18T5 CY4T QKFF J\r\n",
        "I8T5-CY4T-QKFF-J",
        "l8T5-CY4T-QKFF-J",
        "18T5–CY4T—QKFF−J",
        "1-8-T-5-C-Y-4-T-Q-K-F-F-J",
    ],
)
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert normal(typed) == GIVEN
    assert is_whole(typed)


def test_the_letter_o_reads_as_nought() -> None:
    assert normal("oO0o-0000-0000-0") == "0" * 13


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "-",
        "18T5-CY4T-QKFF",
        "18T5-CY4T-QKFF-JJ",
        "18T5-CY4T-QKFF-U",
        "18T5-CY4T-QKFF-J\x00",
        "18T5-CY4T-QKFF-E",
        "１8T5-CY4T-QKFF-J",
        "ı8T5-CY4T-QKFF-J",
        "18T5_CY4T_QKFF_J",
        "18T5-CY4T-QKFF-J" + " " * 100,
    ],
)
def test_whatever_is_wrong_the_answer_is_the_same(typed: str) -> None:
    with pytest.raises(MalformedCode) as refused:
        normal(typed)
    assert refused.value.code == "code_malformed"
    assert str(refused.value) == "this is no voucher code"
    assert not is_whole(typed)


def test_every_wrong_symbol_is_found_whatever_the_code() -> None:
    # The sum is linear: an error goes unseen in one code if and only if it does in every code, so each code tried stands for all.
    for code in (code_from(0), GIVEN, code_from(2**60 - 1)):
        for place, wrong in product(range(LENGTH), ALPHABET):
            assert is_whole(code[:place] + wrong + code[place + 1 :]) == (wrong == code[place])


def test_every_swap_of_two_symbols_is_found() -> None:
    for one, other in combinations(range(LENGTH), 2):
        for code in _with_every_pair_at(one, other):
            signs = list(code)
            signs[one], signs[other] = signs[other], signs[one]
            assert is_whole("".join(signs)) == (code[one] == code[other])


def test_every_pair_typed_as_another_pair_is_found() -> None:
    for place in range(LENGTH - 1):
        for code in _with_every_pair_at(place, place + 1):
            if code[place] == code[place + 1]:
                assert [sign for sign in ALPHABET if is_whole(code[:place] + sign * 2 + code[place + 2 :])] == [code[place]]


def _with_every_pair_at(one: int, other: int) -> list[str]:
    """Whole codes in which each pair of symbols stands once at these two places; the check symbol is reached through a third."""
    third = next(place for place in range(LENGTH) if place not in (one, other)) if other == LENGTH - 1 else other
    codes = [
        code_from(first << 5 * (LENGTH - 2 - one) | second << 5 * (LENGTH - 2 - third)) for first, second in product(range(32), repeat=2)
    ]
    assert len({(code[one], code[other]) for code in codes}) == 32 * 32
    return codes


@given(CODE, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_a_typing_error_never_passes(code: str, place: int, typed: str) -> None:
    assert is_whole(code[:place] + typed + code[place + 1 :]) == (typed == code[place])


@given(CODE, st.integers(0, LENGTH - 2))
def test_neighbours_that_changed_places_never_pass(code: str, place: int) -> None:
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert is_whole(swapped) == (swapped == code)


@given(BITS_OF_A_CODE)
def test_a_code_is_read_back_as_itself_and_keeps_its_sixty_bits(bits: int) -> None:
    code = code_from(bits)
    assert normal(shown(code).lower().replace("0", "o").replace("1", "l")) == code
    value = 0
    for symbol in code[:12]:
        value = value * 32 + ALPHABET.index(symbol)
    assert value == bits


@given(st.text(max_size=90))
def test_any_text_is_a_code_or_malformed_and_nothing_else(text: str) -> None:
    assert not is_whole(text) or normal(normal(text)) == normal(text)


@pytest.mark.parametrize("bits", [-1, 2**60])
def test_more_or_less_than_sixty_bits_make_no_code(bits: int) -> None:
    with pytest.raises(ValueError, match="60 bits"):
        code_from(bits)


@given(st.lists(st.integers(0, 2**64 - 1), max_size=20))
def test_many_codes_at_once_are_the_same_as_one_by_one(numbers: list[int]) -> None:
    randomness = b"".join(number.to_bytes(BYTES_EACH, "big") for number in numbers)
    assert codes_from(randomness) == [code_from(number % 2**60) for number in numbers]


def test_bytes_left_over_are_refused() -> None:
    with pytest.raises(ValueError, match="8 bytes each"):
        codes_from(b"1234567")


def test_a_thousand_codes_share_no_pattern_b6() -> None:
    codes = codes_from(random.Random(6).randbytes(1000 * BYTES_EACH))
    assert len(set(codes)) == 1000
    for place in range(LENGTH):
        counts = [sum(code[place] == symbol for code in codes) for symbol in ALPHABET]
        # 1000 over 32 symbols: 31 degrees of freedom, and 80 is beyond one in a hundred thousand.
        assert sum((count - 31.25) ** 2 / 31.25 for count in counts) < 80
    assert all(is_whole(code) for code in codes)


def test_a_million_codes_take_seconds() -> None:
    randomness = random.Random(1).randbytes(1_000_000 * BYTES_EACH)
    before = time.process_time()
    codes = codes_from(randomness)
    assert time.process_time() - before < 10
    assert len(set(codes)) == 1_000_000
    assert codes[999_999] == code_from(int.from_bytes(randomness[-8:], "big") % 2**60)
