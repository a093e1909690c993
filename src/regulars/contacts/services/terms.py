"""The business's own words: added, described anew, retired; codes stay."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.contacts.events import TermsChanged
from regulars.contacts.models import Term
from regulars.contacts.queries.terms import terms_of
from regulars.contacts.rules.words import KnownTerm, TermKind, Valence
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import NotFound, Refusal

TERMS_MAX = 60


class TermRefused(Refusal):
    code = "term_refused"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, fields={"label": sentence})


def add_term(*, scope: Scope, kind: TermKind, label: str, valence: Valence, at: datetime, actor: str) -> KnownTerm:
    """Add a word to a taxonomy; its code is made from the label. Raises TermRefused (empty, known already, too many)."""
    label = _clean(label)
    known = terms_of(scope=scope).known[kind]
    if label.casefold() in {one.label.casefold() for one in known.values()}:
        raise TermRefused(_("“%(label)s” is among your words already.") % {"label": label})
    if len(known) >= TERMS_MAX:
        raise TermRefused(_("Sixty words are the most; retired ones count too, for old contacts keep their words."))
    code = _code_of(label, set(known))
    with transaction.atomic():
        try:
            with transaction.atomic():
                Term.objects.create(business_id=scope.business_id, kind=kind, code=code, label=label, valence=valence)
        except IntegrityError:
            raise TermRefused(_("“%(label)s” is among your words already.") % {"label": label}) from None
        _announce(scope, kind, code, at=at, actor=actor, after={"label": label, "valence": valence})
    return KnownTerm(kind, code, label, valence, own=True)


def describe_term(
    *, scope: Scope, kind: TermKind, code: str, label: str, valence: Valence, retired: bool, at: datetime, actor: str
) -> KnownTerm:
    """Say anew how a word reads and counts, and whether it is still offered. Raises NotFound, TermRefused."""
    label = _clean(label)
    known = terms_of(scope=scope).known[kind]
    if code not in known:
        raise NotFound(_("Your business has no such word."))
    if label.casefold() in {one.label.casefold() for one in known.values() if one.code != code}:
        raise TermRefused(_("“%(label)s” is among your words already.") % {"label": label})
    if retired and not [one for one in known.values() if not one.retired and one.code != code]:
        raise TermRefused(_("The last word can't be retired: add another one first."))
    with transaction.atomic():
        Term.objects.update_or_create(
            business_id=scope.business_id, kind=kind, code=code, defaults={"label": label, "valence": valence, "retired": retired}
        )
        before = {"label": known[code].label, "valence": known[code].valence, "retired": known[code].retired}
        _announce(scope, kind, code, at=at, actor=actor, before=before, after={"label": label, "valence": valence, "retired": retired})
    return KnownTerm(kind, code, label, valence, retired, known[code].own)


def _announce(scope: Scope, kind: TermKind, code: str, *, at: datetime, actor: str, **change: dict[str, object]) -> None:
    announce(TermsChanged(tenant_id=scope.business_id, at=at, actor=actor, kind=kind, code=code), **change)


def _clean(label: str) -> str:
    text = " ".join(label.split())
    if not text or len(text) > 60 or not text.isprintable():
        raise TermRefused(_("A word has between 1 and 60 characters."))
    return text


def _code_of(label: str, taken: set[str]) -> str:
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:34] or "word"
    return next(code for code in (stem, *(f"{stem}-{n}" for n in range(2, 1000))) if code not in taken)
