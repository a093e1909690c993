"""Web shops: added with a secret that both sides know, given another one, described, removed."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import Refusal
from regulars.loyalty.events import ShopSet
from regulars.loyalty.models import Shop, ShopKind
from regulars.loyalty.queries.shop_secrets import sealed

# Long enough to carry the new secret over; Shopify itself signs with the old one for up to an hour.
FORMER_HOLDS = timedelta(hours=24)
SECRET_LEAST = 16
SECRET_MOST = 200
SOURCES_MOST = 50


class ShopRefused(Refusal):
    code = "shop_refused"

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence, fields={field: sentence})


@dataclass(frozen=True, kw_only=True)
class ShopParticulars:
    """What a shop is called, whose branch its sales are (None: no branch's), whether unknown buyers become customers.

    `domain` (Shopify): deliveries of other shops of the same app are left alone.
    """

    name: str
    branch_id: int | None = None
    domain: str = ""
    enrols: bool = False


def add_shop(*, business_id: int, kind: ShopKind, particulars: ShopParticulars, secret: str, at: datetime, actor: str) -> tuple[Shop, str]:
    """Add a shop; gives it and its secret, which is made here when none is given. Raises ShopRefused."""
    _refuse(particulars)
    chosen = _secret_for(kind, secret)
    for source in [kind.value, *(f"{kind.value}-{number}" for number in range(2, SOURCES_MOST))]:
        try:
            with transaction.atomic():
                shop = Shop.objects.create(
                    business_id=business_id,
                    kind=kind,
                    source=source,
                    secret_sealed=sealed(chosen),
                    added_at=at,
                    **_columns(particulars),
                )
                _announce(shop, "added", at, actor)
            return shop, chosen
        except IntegrityError:
            continue
    raise ShopRefused("name", _("There are too many shops of this kind."))


def describe_shop(*, shop: Shop, particulars: ShopParticulars, at: datetime, actor: str) -> Shop:
    """Set a shop's name, branch, domain and what it does with unknown buyers. Raises ShopRefused."""
    _refuse(particulars)
    with transaction.atomic():
        for column, value in _columns(particulars).items():
            setattr(shop, column, value)
        shop.save(update_fields=list(_columns(particulars)))
        _announce(shop, "described", at, actor)
    return shop


def renew_secret(*, shop: Shop, secret: str, at: datetime, actor: str, at_once: bool = False) -> str:
    """Give a shop another secret; gives it, made here when none is given. The former one holds for a day more, unless it ends `at_once`.

    Raises ShopRefused.
    """
    chosen = _secret_for(ShopKind(shop.kind), secret)
    with transaction.atomic():
        locked = Shop.objects.select_for_update().get(pk=shop.pk)
        locked.former_sealed = "" if at_once else locked.secret_sealed
        locked.former_until = None if at_once else at + FORMER_HOLDS
        locked.secret_sealed = sealed(chosen)
        locked.save(update_fields=["former_sealed", "former_until", "secret_sealed"])
        _announce(locked, "renewed", at, actor)
    return chosen


def remove_shop(*, shop: Shop, at: datetime, actor: str) -> None:
    """End a shop: nothing that it sends is taken from now on. What it told stays; its secrets go."""
    with transaction.atomic():
        ended = Shop.objects.filter(pk=shop.pk, removed_at__isnull=True)
        if ended.update(removed_at=at, secret_sealed="", former_sealed="", former_until=None):
            _announce(shop, "removed", at, actor)


def _announce(shop: Shop, how: str, at: datetime, actor: str) -> None:
    after = {"name": shop.name, "kind": shop.kind, "source": shop.source, "enrols": shop.enrols}
    announce(ShopSet(tenant_id=shop.business_id, at=at, actor=actor, shop_id=shop.pk, how=how), after=after)


def _columns(given: ShopParticulars) -> dict[str, object]:
    domain = given.domain.strip().lower().removeprefix("https://").rstrip("/")
    return {"name": given.name.strip(), "branch_id": given.branch_id, "domain": domain, "enrols": given.enrols}


def _refuse(given: ShopParticulars) -> None:
    name = given.name.strip()
    if not name or len(name) > 80 or not name.isprintable():
        raise ShopRefused("name", _("A shop needs a name of at most 80 characters."))
    if not re.fullmatch(r"([a-z0-9-]{1,63}\.)+[a-z]{2,63}|", str(_columns(given)["domain"])):
        raise ShopRefused("domain", _("Write the shop's own address, for example fennel.myshopify.com."))


def _secret_for(kind: ShopKind, secret: str) -> str:
    chosen = secret.strip()
    if not chosen and kind == ShopKind.WOOCOMMERCE:
        return secrets.token_urlsafe(32)
    if not SECRET_LEAST <= len(chosen) <= SECRET_MOST or not chosen.isprintable():
        sentence = _("Enter the secret that the shop signs with, %(least)s to %(most)s characters.")
        raise ShopRefused("secret", sentence % {"least": SECRET_LEAST, "most": SECRET_MOST})
    return chosen
