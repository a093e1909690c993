"""The one message of a double opt-in, and its one reminder."""

from __future__ import annotations

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from regulars.business.queries import Scope, business_of
from regulars.customers.queries import opt_in_letter
from regulars.customers.services import opt_in_person
from regulars.messaging.models import Message
from regulars.messaging.services.linking import LINK_PLACE, OPT_IN_ACTOR
from regulars.messaging.services.writing import AddressSuppressed, GateRefused, Letter, write_message


def send_opt_in(*, business_id: int, request_id: int, reminder: bool, at: datetime) -> Message | None:
    """Queue the message with the link, once for the request and once more as the reminder. None when it is over, or the address gets no mail.

    It is transactional: they asked for it a moment ago, and without it nothing can ever be allowed.
    """
    letter = opt_in_letter(request_id=request_id)
    customer = opt_in_person(request_id=request_id, at=at) if letter else None
    if letter is None or customer is None:
        return None
    scope = Scope(business_id)
    with translation.override(letter.language or "en"):
        name = business_of(scope=scope).name.replace("{", "(").replace("}", ")")
        subject = _("Please confirm: news from %(business)s") % {"business": name}
        body = _(
            "You have asked %(business)s to write to you about: %(what)s.\n\nPlease open this page and press the button to confirm:\n%(link)s\n\n"
            "The link holds until %(until)s. If it was not you, do nothing: you will hear no more of it."
        ) % {
            "business": name,
            "what": ", ".join(letter.purposes),
            "link": LINK_PLACE,
            "until": letter.expires_at.strftime("%Y-%m-%d %H:%M UTC"),
        }
    try:
        return write_message(
            scope=scope,
            customer=customer,
            letter=Letter(
                purpose="transactional", contact_class="transactional", subject=subject, body=body, address=letter.address, automatic=True
            ),
            key=f"opt-in:{request_id}:{'reminder' if reminder else 'first'}",
            at=at,
            actor=OPT_IN_ACTOR,
        ).message
    except (AddressSuppressed, GateRefused):
        return None
