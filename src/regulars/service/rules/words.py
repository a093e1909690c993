"""What words give away: a complaint that was called a question, a thank-you that needs no work, the number of a case in a subject."""

from __future__ import annotations

import re
import unicodedata

# Stems of dissatisfaction, folded, in the languages that customers of the first businesses write. A hit only proposes; people decide.
UNHAPPY = (
    "unhappy", "disappoint", "complain", "unacceptable", "dissatisf", "terrible", "awful", "angry", "refund", "overcharged", "never again", "worst",
    "rude", "broken", "faulty", "still waiting", "not good enough", "fed up",
    "elegedetlen", "csalod", "panasz", "felhaborit", "reklam", "stiznost", "nespokojen", "zklam", "otresn",
    "reclama", "insatisfeit", "desilud", "inaceit", "pessim", "khieu nai", "that vong", "khong hai long", "te qua",
    "sudzib", "neapmierinat", "vil(u|usies)", "beschwer", "unzufrieden", "enttausch",
)  # fmt: skip
THANKS = (
    "thank", "thanks", "thx", "cheers", "perfect", "great", "all good", "much appreciated", "wonderful", "lovely", "solved",
    "koszon", "remek", "nagyszeru", "dekuj", "diky", "skvel", "obrigad", "otimo", "cam on", "tuyet", "paldies", "lieliski", "danke", "super",
)  # fmt: skip
BUT = (
    "but",
    "however",
    "still",
    "not",
    "again",
    "problem",
    "unfortunately",
    "de ",
    "viszont",
    "ale",
    "mas",
    "porem",
    "nhung",
    "bet",
    "aber",
    "leider",
)
COURTESY_MAX = 160
_UNHAPPY = re.compile(r"\b(" + "|".join(UNHAPPY) + ")")
_THANKS = re.compile(r"\b(" + "|".join(THANKS) + ")")
_BUT = re.compile(r"\b(" + "|".join(one.strip() for one in BUT) + r")\b")
_NUMBER = re.compile(r"\[#(\d{1,18})\]")
_QUOTE = re.compile(r"^(>|On .{0,200} wrote:|Am .{0,200} schrieb|-{2,}\s*$|_{5,}|-----|From: |Von: )", re.MULTILINE)


def folded(text: str) -> str:
    """Lower case without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d"))
    return "".join(char for char in plain if not unicodedata.combining(char))


def sounds_unhappy(text: str) -> str:
    """The word that sounds like dissatisfaction, or "". A complaint is any expression of it, justified or not (FCA DISP, glossary)."""
    found = _UNHAPPY.search(folded(text))
    return found[0] if found else ""


def own_words(text: str) -> str:
    """What somebody wrote themselves: up to the first sign of a quoted mail or a signature."""
    cut = _QUOTE.search(text)
    return (text[: cut.start()] if cut else text).strip()


def is_courtesy(text: str) -> bool:
    """Whether this is a short thank-you that asks for nothing: no question, no “but”, nothing unhappy, no figure."""
    words = own_words(text)
    plain = folded(words)
    if not words or len(words) > COURTESY_MAX or "?" in words or any(char.isdigit() for char in words):
        return False
    return bool(_THANKS.search(plain)) and not _BUT.search(plain) and not _UNHAPPY.search(plain)


def number_in(subject: str) -> int | None:
    """The number of a case as our subjects carry it, “[#1042]”."""
    found = _NUMBER.search(subject)
    return int(found[1]) if found else None


def searchable(*texts: str, most: int = 6_000) -> str:
    """The different plain words of texts, in their order: what the word search looks through."""
    found = dict.fromkeys(word[:40] for text in texts for word in re.findall(r"\w+", folded(text)))
    return " ".join(found)[:most]
