"""Voucher codes: 60 random bits in 12 symbols that can be read out, and one check symbol (D11).

The alphabet is Crockford's base 32: no I, L, O or U, so that what is read as O is 0 and what is read as I or L is 1.

Crockford's own check symbol (modulo 37) needs five more signs (* ~ $ = U), which neither every keypad has nor every link survives. Ours is of
the same alphabet: the 13 symbols are elements of GF(32), and the sum of each times its place's own power of the generator is nought. As
all powers are different and none is nought, that catches every wrong symbol, every swap of two different symbols (neighbours or not), and
every pair typed as another pair (11 for 77); tests/loyalty/rules/test_codes.py tries them all. Source: the parity check of a Reed–Solomon
code of distance 2 (MacWilliams and Sloane, The Theory of Error-Correcting Codes, ch. 10).
"""

from __future__ import annotations

from functools import reduce
from operator import xor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SYMBOLS = 12
BITS = 5 * SYMBOLS
LENGTH = SYMBOLS + 1
BYTES_EACH = 8  # of randomness that `codes_from` takes for one code; the top four bits are left
TEXT_MAX = 80
CHUNK = 65_536  # codes made at once: bounds the memory of a million

_VALUE_OF = {symbol: value for value, symbol in enumerate(ALPHABET)}
_READ_AS = {
    **_VALUE_OF,
    **{symbol.lower(): value for symbol, value in _VALUE_OF.items()},
    **dict.fromkeys("oO", 0),
    **dict.fromkeys("iIlL", 1),
}
# What people, and their phones, put between groups.
_BETWEEN = frozenset(" \t\r\n\u00a0\u2007\u2009\u202f-\u2010\u2011\u2012\u2013\u2014\u2212")


class MalformedCode(ValueError):
    """The text can't be one of our codes, whichever they are: wrong length, a sign that no code has, or a typing error."""

    code = "code_malformed"

    def __init__(self) -> None:
        super().__init__("this is no voucher code")


def normal(text: str) -> str:
    """A code as it is stored (13 symbols, no dashes), from what somebody typed: any case, O for 0, I or L for 1, spaces and dashes anywhere.

    Raises MalformedCode, with the same answer for whatever is wrong with it.
    """
    values = [_READ_AS.get(sign, -1) for sign in text[: TEXT_MAX + 1] if sign not in _BETWEEN]
    if len(text) > TEXT_MAX or len(values) != LENGTH or -1 in values or _sum_of(values) != 0:
        raise MalformedCode
    return "".join(ALPHABET[value] for value in values)


def is_whole(text: str) -> bool:
    """Whether a typed text is a code without a typing error. It says nothing about whether we ever gave it out."""
    try:
        normal(text)
    except MalformedCode:
        return False
    return True


def shown(code: str) -> str:
    """A code as people see it, in groups of four: "7K3M-9QTX-2B0F-W"."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def code_from(bits: int) -> str:
    """The code of 60 random bits. Raises ValueError for a number that isn't one of 60 bits."""
    if not 0 <= bits < 1 << BITS:
        raise ValueError(f"a code is made of {BITS} bits")
    values = [bits >> shift & 31 for shift in _SHIFTS]
    return "".join(ALPHABET[value] for value in (*values, _sum_of(values)))


def codes_from(randomness: bytes) -> list[str]:
    """One code for each eight random bytes, a million in about a second. Raises ValueError for bytes left over.

    Two of a million are equal once in two million runs: whoever stores them says so by a unique constraint.
    """
    if len(randomness) % BYTES_EACH:
        raise ValueError(f"codes are made of {BYTES_EACH} bytes each")
    import numpy as np  # here: a web process that makes no codes starts without it

    numbers = np.frombuffer(randomness, dtype=">u8").astype(np.uint64)
    return [code for start in range(0, len(numbers), CHUNK) for code in _codes_of(numbers[start : start + CHUNK])]


def _codes_of(numbers: npt.NDArray[np.uint64]) -> list[str]:
    import numpy as np

    values = ((numbers[:, None] >> np.array(_SHIFTS, dtype=np.uint64)) & np.uint64(31)).astype(np.uint8)
    products = np.array(_PRODUCTS[:SYMBOLS], dtype=np.uint8)[np.arange(SYMBOLS), values]
    checks = np.bitwise_xor.reduce(products, axis=1)
    letters = np.frombuffer(ALPHABET.encode(), dtype=np.uint8)[np.column_stack((values, checks))]
    made: list[str] = np.ascontiguousarray(letters).view(f"S{LENGTH}").ravel().astype(f"U{LENGTH}").tolist()
    return made


def _sum_of(values: list[int]) -> int:
    """The weighted sum in GF(32). The check symbol's weight is 1, so it is the sum of the other twelve and makes that of all nought."""
    return reduce(xor, (_PRODUCTS[place][value] for place, value in enumerate(values)), 0)


def _times(one: int, other: int) -> int:
    """The product in GF(32), modulo x^5 + x^2 + 1, of which x is a generator."""
    product = 0
    while other:
        if other & 1:
            product ^= one
        one <<= 1
        if one & 32:
            one ^= 0b100101
        other >>= 1
    return product


def _weights() -> list[int]:
    powers = [1]
    while len(powers) < LENGTH:
        powers.append(_times(powers[-1], 2))
    return powers[1:] + powers[:1]


_SHIFTS = tuple(range(BITS - 5, -1, -5))
_PRODUCTS = tuple(tuple(_times(weight, value) for value in range(32)) for weight in _weights())
