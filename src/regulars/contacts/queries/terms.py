"""The taxonomies of a business: the defaults, overlaid by what it changed and added."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.contacts.models import Term
from regulars.contacts.rules.words import CHANNELS, DEFAULTS, KnownTerm, TermKind, Valence
from regulars.groundwork.kernel.bulk.instances import objects
from regulars.policy.queries import CHANNEL_WORDS


@dataclass(frozen=True)
class Terms:
    """All words of a business, retired ones too: old contacts keep their words."""

    known: dict[TermKind, dict[str, KnownTerm]]

    def offered(self, kind: TermKind) -> list[KnownTerm]:
        """The words to choose from."""
        return [one for one in self.known[kind].values() if not one.retired]

    def offers(self, kind: TermKind, code: str) -> bool:
        """Whether a word is one to choose."""
        term = self.known[kind].get(code)
        return term is not None and not term.retired

    def label(self, kind: TermKind, code: str) -> str:
        """A code as people read it; an unknown one reads as itself."""
        return self.known[kind][code].label if code in self.known[kind] else code

    def valence(self, outcome: str) -> Valence:
        """How an outcome counts."""
        known = self.known[TermKind.OUTCOME].get(outcome)
        return known.valence if known else Valence.NONE


def channel_words() -> list[tuple[str, str]]:
    """The channels as people read them."""
    return [(channel, str(CHANNEL_WORDS[channel])) for channel in CHANNELS]


def terms_of(*, scope: Scope) -> Terms:
    """The business's words in one query, labels in the reader's language, the defaults first."""
    known = {kind: dict(words) for kind, words in _defaults(get_language() or "en").items()}
    for row in objects(Term, "FROM contacts_term t WHERE t.business_id = %s ORDER BY t.id", scope.business_id):
        kind = TermKind(row.kind)
        own = row.code not in known[kind] or known[kind][row.code].own
        known[kind][row.code] = KnownTerm(kind, row.code, row.label, Valence(row.valence), row.retired, own)
    return Terms(known)


@lru_cache(maxsize=64)
def _defaults(_language: str) -> dict[TermKind, dict[str, KnownTerm]]:
    """The words that everybody begins with, in the reader's language."""
    known: dict[TermKind, dict[str, KnownTerm]] = {kind: {} for kind in TermKind}
    for one in DEFAULTS:
        known[one.kind][one.code] = replace(one, label=_(one.label))
    return known
