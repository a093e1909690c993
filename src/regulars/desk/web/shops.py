"""Web shops: connected with an address and a secret, with what they told last and what became of it."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.business.queries import branches
from regulars.desk.web.asking import Asking, attempt, form_page
from regulars.desk.web.shop_words import delivery_words
from regulars.groundwork.kernel.refusals import NotFound
from regulars.groundwork.kernel.retrying import retried
from regulars.loyalty.queries import Shop, ShopKind, deliveries_of, delivery_with_id, shop_with_id, shops_of
from regulars.loyalty.services import ShopParticulars, add_shop, describe_shop, remove_shop, renew_secret, retry_delivery

KINDS = {ShopKind.WOOCOMMERCE: "WooCommerce", ShopKind.SHOPIFY: "Shopify"}


class ShopForm(forms.Form):
    """What a shop is called and what its sales are. The secret is asked for only when a shop is added."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    branch = forms.ChoiceField(label=gettext_lazy("Branch that its sales belong to"), required=False)
    domain = forms.CharField(
        label=gettext_lazy("Address of the shop"),
        max_length=255,
        required=False,
        help_text=gettext_lazy("For example fennel.myshopify.com. Orders of other shops of the same app are left alone then."),
    )
    enrols = forms.BooleanField(
        label=gettext_lazy("Register unknown buyers as customers"),
        required=False,
        help_text=gettext_lazy("Otherwise their orders wait for a month until you have registered them."),
    )
    secret = forms.CharField(
        label=gettext_lazy("Secret that the shop signs with"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, asking: Asking, kind: ShopKind, fresh: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.visible = {str(one.public_id): one for one in branches(scope=asking.scope)}
        everywhere = [("", _("None"))] if asking.scope.branch_ids is None else []
        field = cast("forms.ChoiceField", self.fields["branch"])
        field.choices = [*everywhere, *((key, one.name) for key, one in self.visible.items())]
        field.required = not everywhere
        if kind == ShopKind.WOOCOMMERCE:
            del self.fields["domain"]
        if not fresh or kind == ShopKind.WOOCOMMERCE:
            del self.fields["secret"]

    def particulars(self) -> ShopParticulars:
        """The form as a shop's particulars."""
        given = self.cleaned_data
        branch = self.visible.get(given["branch"])
        return ShopParticulars(
            name=given["name"], branch_id=branch.pk if branch else None, domain=given.get("domain", ""), enrols=given["enrols"]
        )


class SecretForm(forms.Form):
    """Another secret: made here for WooCommerce, carried over from Shopify."""

    secret = forms.CharField(
        label=gettext_lazy("New secret"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    )
    at_once = forms.BooleanField(
        label=gettext_lazy("The old secret ends at once"),
        required=False,
        help_text=gettext_lazy("Otherwise it holds for another day, so that nothing is lost while you change it in the shop."),
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind == ShopKind.WOOCOMMERCE:
            del self.fields["secret"]


def shops(request: HttpRequest) -> HttpResponse:
    """All shops, and how many of their deliveries want somebody to look."""
    asking = Asking(request)
    rows = [(one, KINDS[ShopKind(one.shop.kind)]) for one in shops_of(scope=asking.scope)]
    return render(request, "desk/shops.html", {"rows": rows, "kinds": KINDS.items(), "current_section": "settings"})


def new_shop(request: HttpRequest, kind: str) -> HttpResponse:
    """Connect a shop; its secret is shown once."""
    asking = Asking(request)
    if kind not in ShopKind.values:
        raise NotFound(_("There is no such kind of shop."))
    chosen = ShopKind(kind)
    form = ShopForm(request.POST or None, asking=asking, kind=chosen, fresh=True, initial={"name": KINDS[chosen]})
    made = attempt(
        form,
        lambda: add_shop(
            business_id=asking.scope.business_id,
            kind=chosen,
            particulars=form.particulars(),
            secret=form.cleaned_data.get("secret", ""),
            at=asking.at,
            actor=asking.actor.name,
        ),
    )
    if made is None:
        return form_page(request, "desk/shop_form.html", form, kind=KINDS[chosen], current_section="settings")
    return _page(request, made[0], secret=made[1])


def shop(request: HttpRequest, id: str) -> HttpResponse:
    """One shop: where it sends to, and what it told last."""
    return _page(request, shop_with_id(scope=Asking(request).scope, public_id=id))


def edit_shop(request: HttpRequest, id: str) -> HttpResponse:
    """Describe a shop anew."""
    asking = Asking(request)
    row = shop_with_id(scope=asking.scope, public_id=id)
    now = {"name": row.name, "branch": str(row.branch.public_id) if row.branch else "", "domain": row.domain, "enrols": row.enrols}
    form = ShopForm(request.POST or None, asking=asking, kind=ShopKind(row.kind), fresh=False, initial=now)
    done = attempt(form, lambda: describe_shop(shop=row, particulars=form.particulars(), at=asking.at, actor=asking.actor.name))
    if done is None:
        return form_page(request, "desk/shop_form.html", form, shop=row, current_section="settings")
    messages.success(request, _("Saved."))
    return redirect("desk:shop", id=id)


def new_secret(request: HttpRequest, id: str) -> HttpResponse:
    """Give a shop another secret; it is shown once."""
    asking = Asking(request)
    row = shop_with_id(scope=asking.scope, public_id=id)
    form = SecretForm(request.POST, kind=row.kind)
    secret = attempt(
        form,
        lambda: renew_secret(
            shop=row,
            secret=form.cleaned_data.get("secret", ""),
            at_once=form.cleaned_data["at_once"],
            at=asking.at,
            actor=asking.actor.name,
        ),
    )
    return _page(request, row, secret_form=form) if secret is None else _page(request, row, secret=secret)


def remove(request: HttpRequest, id: str) -> HttpResponse:
    """End a shop."""
    asking = Asking(request)
    row = shop_with_id(scope=asking.scope, public_id=id)
    remove_shop(shop=row, at=asking.at, actor=asking.actor.name)
    messages.success(request, _("“%(name)s” is removed. Nothing that it sends is taken any more.") % {"name": row.name})
    return redirect("desk:shops")


def retry(request: HttpRequest, id: str, delivery: str) -> HttpResponse:
    """Try a delivery again."""
    asking = Asking(request)
    row = shop_with_id(scope=asking.scope, public_id=id)
    told = delivery_with_id(shop=row, public_id=delivery)
    done = retried(lambda: retry_delivery(delivery=told, at=asking.at))
    tell = messages.success if done.state == "taken" else messages.warning
    tell(request, delivery_words(done).sentence)
    return redirect("desk:shop", id=id)


def _page(request: HttpRequest, row: Shop, *, secret: str = "", secret_form: SecretForm | None = None) -> HttpResponse:
    found = deliveries_of(shop=row)
    shown = next((one for one in shops_of(scope=Asking(request).scope) if one.shop.pk == row.pk), None)
    context = {
        "shop": row,
        "shown": shown,
        "kind": KINDS[ShopKind(row.kind)],
        "address": settings.REGULARS.base_url.rstrip("/") + reverse(f"api:shop_{row.kind}", args=[row.public_id]),
        "secret": secret,
        "secret_form": secret_form or SecretForm(kind=row.kind),
        "open": [delivery_words(one) for one in found.open],
        "settled": [delivery_words(one) for one in found.settled],
        "current_section": "settings",
    }
    return render(request, "desk/shop.html", context, status=422 if secret_form else 200)
