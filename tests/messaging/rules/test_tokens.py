"""Tokens: only ours open anything."""

from __future__ import annotations

import uuid

import pytest

from regulars.messaging.rules.tokens import subject_of, token_for, tokens_in

pytestmark = pytest.mark.pure
KEY = b"k" * 32
SUBJECT = uuid.UUID(int=0x0123456789ABCDEF0123456789ABCDEF)


def test_a_token_comes_back_as_its_subject_whatever_happens_to_its_case() -> None:
    token = token_for("reply", SUBJECT, KEY)
    assert len(f"bounce+{token}") <= 64  # a local part holds no more
    assert subject_of("reply", token.upper(), KEY) == SUBJECT
    assert tokens_in(f"Re <reply+{token}@shop.example>") == [token]


def test_no_other_kind_key_or_letter_opens_it() -> None:
    token = token_for("reply", SUBJECT, KEY)
    assert subject_of("wishes", token, KEY) is None
    assert subject_of("reply", token, b"x" * 32) is None
    assert subject_of("reply", token[:-2] + ("aa" if token[-2:] != "aa" else "bb"), KEY) is None
    for place in range(52):
        other = "b" if token[place] == "a" else "a"
        changed = token[:place] + other + token[place + 1 :]
        assert subject_of("reply", changed, KEY) in (None, SUBJECT if place in (25, 51) else None)
    assert subject_of("reply", "", KEY) is None
    assert subject_of("reply", "1" * 52, KEY) is None
