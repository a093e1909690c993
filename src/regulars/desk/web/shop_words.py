"""What became of a shop's delivery, in words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.desk.web.loyalty_fields import Words
from regulars.loyalty.queries import ShopDelivery

STATES: dict[str, tuple[str, Words]] = {
    "taken": ("good", gettext_lazy("Taken")),
    "ignored": ("", gettext_lazy("Nothing to do")),
    "waiting": ("warn", gettext_lazy("Waiting")),
    "refused": ("bad", gettext_lazy("Refused")),
}
# Reasons of the deliveries themselves; those of sales and refunds bring their own sentence.
REASONS: dict[str, Words] = {
    "topic": gettext_lazy("Regulars needs nothing of this topic. You can leave it out in the shop."),
    "deleted": gettext_lazy("The order was deleted in the shop. Its points stay: deleting is no refund."),
    "no_money": gettext_lazy("Goods came back without money."),
    "test_order": gettext_lazy("This is a test order."),
    "not_paid": gettext_lazy("The order is not paid yet. The shop tells again when it is."),
    "cancelled_unpaid": gettext_lazy("The order was cancelled before it was paid."),
    "cancelled_before": gettext_lazy("The order had been cancelled and taken back; what was told of it later changes nothing."),
    "other_shop": gettext_lazy("This came from another shop of the same app."),
    "unknown_buyer": gettext_lazy("Nobody here has this customer number or e-mail address. Register the customer, then try again."),
    "several_buyers": gettext_lazy(
        "Several customers have this e-mail address. Merge them or give one of them the number, then try again."
    ),
    "order_missing": gettext_lazy("The refund came before its order. It is taken when the order has come."),
    "refund_changed": gettext_lazy("This refund was recorded with another amount before."),
    "other_currency": gettext_lazy("The refund is in another currency than its order."),
    "order_changed": gettext_lazy("The order was changed in the shop after it had been paid. Correct the points by hand."),
    "unreadable": gettext_lazy("What came can't be read."),
    "missing": gettext_lazy("Something that is needed is missing."),
    "not_a_text": gettext_lazy("A text can't be read."),
    "not_a_number": gettext_lazy("A number can't be read."),
    "not_an_instant": gettext_lazy("A time can't be read."),
    "not_a_list": gettext_lazy("A list can't be read."),
    "too_many": gettext_lazy("The order has more than a thousand lines."),
    "unknown_currency": gettext_lazy("The currency is unknown."),
    "amount_refused": gettext_lazy("An amount can't be taken: it is below zero, too large, or has too many decimals."),
}
PLACED = frozenset(
    {"missing", "not_a_text", "not_a_number", "not_an_instant", "not_a_list", "too_many", "unknown_currency", "amount_refused"}
)


@dataclass(frozen=True)
class DeliveryWords:
    """A delivery with its state as badge and its reason as sentence; `place`: where in the payload."""

    row: ShopDelivery
    tone: str
    state: str
    sentence: str
    place: str

    @property
    def may_retry(self) -> bool:
        """Whether there is still something to try."""
        return bool(self.row.content)


def delivery_words(row: ShopDelivery) -> DeliveryWords:
    """A delivery in words."""
    tone, state = STATES[row.state]
    known = REASONS.get(row.reason)
    if row.reason:
        sentence = str(known) if known is not None else row.detail
    else:
        sentence = _("It is in the books.") if row.state == "taken" else ""
    return DeliveryWords(row=row, tone=tone, state=str(state), sentence=sentence, place=row.detail if row.reason in PLACED else "")
