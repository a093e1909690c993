"""Which encoding are these bytes in? UTF-8 proves itself; the old one-byte tables are told apart by the alphabets they make.

A one-byte table never fails, it only yields wrong letters. So each candidate is judged by how well its non-ASCII letters fit the
alphabet of *one* language that is written in it. When two candidates fit equally and read differently, the guess is not sure, and
whoever imports is asked.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from itertools import pairwise

from regulars.groundwork.kernel.tables.refused import UnknownEncoding

ALPHABETS = {
    "de": "äöüß",
    "fr": "àâæçéèêëîïôœùûüÿ",
    "es": "áéíñóúü¡¿ªº",
    "pt": "ãáàâçéêíõóôúü",
    "it": "àèéìòù",
    "nordic": "åäöæøéðþýáíóú",
    "pl": "ąćęłńóśźż",
    "cs": "áčďéěíňóřšťúůýž",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "hu": "áéíóöőúüű",
    "south slavic": "čćđšž",
    "ro": "ăâîșțşţ",
    "lt": "ąčęėįšųūž",
    "lv": "āčēģīķļņšūž",
    "et": "äõöüšž",
    "vi": "ăâđêôơưáàảãạéèẻẽẹíìỉĩịóòỏõọúùủũụýỳỷỹỵấầẩẫậắằẳẵặếềểễệốồổỗộớờởỡợứừửữự₫\u0300\u0301\u0303\u0309\u0323",
    "tr": "çğıöşüâî",
    "ru": "абвгдежзийклмнопрстуфхцчшщъыьэюяё№",
    "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя’№",
    "sr": "абвгдђежзијклљмнњопрстћуфхцчџш",
    "el": "αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊϋΐΰ",
}
# The order matters for ties: what Windows wrote is likelier than its ISO sister.
CANDIDATES = {
    "cp1252": ("de", "fr", "es", "pt", "it", "nordic"),
    "cp1250": ("pl", "cs", "sk", "hu", "south slavic", "ro", "de"),
    "cp1257": ("lt", "lv", "et", "pl"),
    "cp1258": ("vi",),
    "cp1254": ("tr",),
    "cp1251": ("ru", "uk", "sr"),
    "cp1253": ("el",),
    "iso-8859-2": ("pl", "cs", "sk", "hu", "south slavic", "ro"),
    "iso-8859-13": ("lt", "lv", "et", "pl"),
    "iso-8859-15": ("de", "fr", "es", "pt", "it", "nordic"),
    "cp852": ("pl", "cs", "sk", "hu", "south slavic"),
    "cp775": ("lt", "lv", "et"),
    "cp850": ("de", "fr", "es", "pt", "it", "nordic"),
    "koi8-r": ("ru",),
}
NEUTRAL = frozenset("€£¥§©®°±²³·«»„“”‚‘’–—…•\u00a0™¢¼½¾×")
WIDE_MARKS = [
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]
OWN_SCRIPT = frozenset({"ru", "uk", "sr", "el"})
GOOD_FIT = 0.9


@dataclass(frozen=True, slots=True)
class EncodingGuess:
    """The likeliest encoding, whether that is beyond doubt, and what else it could be."""

    name: str
    sure: bool
    possible: tuple[str, ...] = ()


def known_encoding(name: str) -> str:
    """The canonical name of a text encoding that a person wrote. Raises UnknownEncoding."""
    try:
        found = codecs.lookup(name.strip())
    except (LookupError, ValueError):
        raise UnknownEncoding(name) from None
    if not getattr(found, "_is_text_encoding", True) or found.name in {"idna", "punycode", "undefined"}:
        raise UnknownEncoding(name)
    return "utf-8-sig" if found.name == "utf-8" else found.name


def guess_wide(head: bytes) -> EncodingGuess | None:
    """UTF-16 or UTF-32, by its mark or by the zero bytes that Latin letters leave in it; else None."""
    for mark, name in WIDE_MARKS:
        if head.startswith(mark):
            return EncodingGuess(name, sure=True)
    pairs = len(head) // 2
    if pairs < 2:
        return None
    even, odd = head[0 : pairs * 2 : 2].count(0), head[1 : pairs * 2 : 2].count(0)
    if odd > pairs * 0.3 and even < pairs * 0.02:
        return EncodingGuess("utf-16-le", sure=True)
    if even > pairs * 0.3 and odd < pairs * 0.02:
        return EncodingGuess("utf-16-be", sure=True)
    return None


def guess_legacy(unusual: bytes) -> EncodingGuess:
    """The one-byte encoding whose reading of these (non-ASCII) lines looks most like one language."""
    fits: list[tuple[float, str, str]] = []
    for name, languages in CANDIDATES.items():
        try:
            text = unusual.decode(name)
        except UnicodeDecodeError:
            continue
        alone = max(_fit(text, ALPHABETS[language], own_script=language in OWN_SCRIPT) for language in languages)
        together = _fit(text, "".join(ALPHABETS[language] for language in languages), own_script=languages[0] in OWN_SCRIPT)
        fits.append((max(alone, together * 0.93), name, text))
    if not fits:
        return EncodingGuess("cp1252", sure=False, possible=tuple(CANDIDATES))
    best = max(fits, key=lambda fit: fit[0])
    if best[0] < GOOD_FIT:
        return _second_opinion(unusual, fits)
    equals = [fit for fit in fits if fit[0] >= best[0] - 0.02]
    if all(text == best[2] for _fit_, _name, text in equals):
        return EncodingGuess(best[1], sure=True)
    return _second_opinion(unusual, equals)


def _fit(text: str, alphabet: str, *, own_script: bool) -> float:
    letters = [sign for sign in text if ord(sign) > 127 and sign not in NEUTRAL]
    if not letters:
        return 1.0
    hits = sum(1 for sign in letters if sign in alphabet or sign.lower() in alphabet)
    # A capital inside a word ("MÃ¼ller", "ZÄ…bek") is the mark of a wrong table.
    # Cyrillic or Greek beside a Latin letter within one word is another.
    jumps = mixtures = 0
    for left, right in pairwise(text):
        jumps += left.islower() and right.isupper() and not right.isascii()
        mixtures += left.isalpha() and right.isalpha() and left.isascii() != right.isascii()
    wrong = jumps + (mixtures if own_script else 0)
    return max(0.0, (hits - wrong) / len(letters))


def _second_opinion(unusual: bytes, fits: list[tuple[float, str, str]]) -> EncodingGuess:
    """Alphabets don't settle it: several languages, or few letters. The statistical detector orders the candidates, a person decides."""
    from charset_normalizer import from_bytes

    ordered = [name for _fit, name, _text in sorted(fits, key=lambda fit: -fit[0])]
    found = from_bytes(unusual[:20_000], cp_isolation=ordered).best()
    best = known_encoding(found.encoding) if found is not None else ordered[0]
    name = best if best in ordered else ordered[0]
    return EncodingGuess(name, sure=False, possible=(name, *(other for other in ordered if other != name))[:5])
