"""Names right in their culture, and the words under which people are found."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum

FAMILY_FIRST = {"hu", "vi", "zh", "ja", "ko"}
# Letters that Unicode does not decompose, as people type them without the accent.
PLAIN_LETTERS = str.maketrans({"đ": "d", "ð": "d", "ł": "l", "ø": "o", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i", "ħ": "h"})
WORD_MAX = 64
# Of these lengths are the beginnings of words that can be intersected; a migration and a benchmark write them in SQL.
BEGINNINGS = (2, 3, 4)
# Letters: among the characters of ASCII only a to z, and whatever lies beyond.
LETTERS = re.compile(r"[^\x00-`{-\x7f]+")


class CustomerKind(StrEnum):
    PERSON = "person"
    ORGANISATION = "organisation"


def shown_name(*, given: str, family: str, organisation: str, language: str, fallback: str = "") -> str:
    """The name as its bearer's culture writes it: Hungarian and Vietnamese put the family name first."""
    parts = [family, given] if language.split("-")[0] in FAMILY_FIRST else [given, family]
    person = " ".join(part for part in parts if part)
    return person or organisation or fallback


def sorting_name(*, given: str, family: str, organisation: str, shown: str, language: str) -> str:
    """The key for lists: folded, family name first; Vietnamese lists go by the given name."""
    if organisation and not (given or family):
        return folded(organisation)[:255]
    order = (given, family) if language.split("-")[0] == "vi" else (family, given)
    return folded(" ".join(part for part in order if part) or shown)[:255]


def folded(text: str) -> str:
    """Lower case without accents, for comparison: “Đặng Nguyễn” → “dang nguyen”, “Straße” → “strasse”."""
    if text.isascii():  # most numbers and addresses: nothing to take off
        return text.lower()
    # Decomposing may bring capitals up again (mathematical letters hide them), so both are done before and after.
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text.casefold().translate(PLAIN_LETTERS)).casefold())
    return "".join(char for char in plain if not unicodedata.combining(char)).translate(PLAIN_LETTERS)


def words_of_name(text: str) -> set[str]:
    """The folded words of a name, hyphens and apostrophes both kept out and joined: O'Neill → {o, neill, oneill}."""
    found = set()
    for chunk in folded(text).split():
        pieces = re.findall(r"\w+", chunk)
        found.update(pieces)
        if len(pieces) > 1:
            found.add("".join(pieces))
    return {word[:WORD_MAX] for word in found if word}


def words_for_search(*, names: Iterable[str], emails: Iterable[str], phones: Iterable[str], ids: Iterable[str]) -> set[str]:
    """All words under which a customer is found. `phones` in E.164; each also counts without country code, with and without a zero."""
    found: set[str] = set()
    for name in names:
        found |= words_of_name(name)
    for email in emails:
        address = folded(email)
        found.add(address[:WORD_MAX])
        found |= {piece[:WORD_MAX] for piece in re.split(r"[._+\-@]", address.partition("@")[0]) if len(piece) > 1}
    for phone in phones:
        found |= phone_words(phone)
    found |= {id_word(value) for value in ids}
    return found - {""}


def phone_words(e164: str) -> set[str]:
    """The digits of a number, as people begin to type it: 36301234567, 0036…, 06 30… or 0 30…, and the national part."""
    digits = re.sub(r"\D", "", e164)
    if not digits:
        return set()
    found = {digits}
    if e164.startswith("+"):
        found.add("00" + digits)
        national = _without_country(e164)
        if national:
            found |= {national, "0" + national, "06" + national if digits.startswith("36") else "0" + national}
    return {word[:WORD_MAX] for word in found}


def id_word(value: str) -> str:
    """An external id as it is searched: folded, spaces out."""
    return re.sub(r"\s+", "", folded(value))[:WORD_MAX]


def beginnings_of(words: Iterable[str]) -> str:
    """The first two, three and four characters of each word as far as they are letters, with a space between: “ada maria7” → “ad ada ma mar mari”.

    Beginnings with digits or marks are left out: numbers would fill the index with what hardly anybody shares.
    """
    found = {word[:size] for word in words for size in BEGINNINGS if len(word) >= size and LETTERS.fullmatch(word, 0, size)}
    return " ".join(sorted(found))


def beginning_of(word: str) -> str:
    """What stands for a typed word of letters alone among the beginnings; "" for other words."""
    return word[: BEGINNINGS[-1]] if len(word) >= BEGINNINGS[0] and LETTERS.fullmatch(word) else ""


def apart(words: Iterable[str]) -> list[str]:
    """Typed words without those that begin another one, in order: whoever is found by the longer one is found by both."""
    known = list(words)
    return [word for word in known if not any(other != word and other.startswith(word) for other in known)]


def query_words(text: str, most: int = 5) -> list[str]:
    """What somebody typed into the search box as folded prefixes, longest (most telling) first."""
    stripped = text.strip()[:200]
    if re.fullmatch(r"[+0-9()\-./\s]{3,}", stripped):
        digits = re.sub(r"\D", "", stripped)
        return [digits[:WORD_MAX]] if digits else []
    if "@" in stripped:
        return [folded(piece)[:WORD_MAX] for piece in stripped.split()][:most]
    words: list[str] = []
    for chunk in folded(stripped).split():
        if re.fullmatch(r"[\w]+([-_./][\w]+)+", chunk) and any(char.isdigit() for char in chunk):
            words.append(chunk[:WORD_MAX])  # An id such as A-1007 stays whole.
        else:
            words += [piece[:WORD_MAX] for piece in re.findall(r"\w+", chunk)]
    return sorted(dict.fromkeys(words), key=len, reverse=True)[:most]


def _without_country(e164: str) -> str:
    import phonenumbers

    try:
        return str(phonenumbers.parse(e164).national_number)
    except phonenumbers.NumberParseException:
        return ""
