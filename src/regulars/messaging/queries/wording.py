"""Codes of mail as sentences."""

from __future__ import annotations

from django.utils.translation import gettext as _


def reason_words(code: str) -> str:
    """A reason, hint or note in words; an unknown code as it is."""
    name, _sep, detail = code.partition(" ")
    return (_received() | _sent()).get(name, name) + (f" ({detail})" if detail else "")


def _received() -> dict[str, str]:
    return {
        # parked
        "empty": _("The message holds nothing at all."),
        "no_headers": _("This is no mail: it has no header fields."),
        "headers_too_long": _("Its header fields are longer than any real mail's."),
        "too_many_parts": _("It has more parts than any real mail."),
        "too_deep": _("Its parts are nested deeper than in any real mail."),
        "too_large": _("It is larger than 100 MB. Only its beginning is kept here; the whole of it stays on the mail server."),
        "no_sender": _("It names no sender, so nobody knows who wrote it."),
        "forgotten": _("It named somebody who was forgotten, so its content is gone."),
        "reader_failed": _("Reading it failed five times. The fault is kept with it."),
        # sorting
        "own_message": _("We wrote this mail ourselves; it came back."),
        "auto_submitted": _("Its sender says that a machine wrote it."),
        "precedence_auto_reply": _("Its sender says that it is an automatic reply."),
        "precedence_bulk": _("Its sender says that it is bulk mail."),
        "precedence_junk": _("Its sender says that it is of no importance."),
        "precedence_list": _("It came over a mailing list."),
        "mailing_list": _("It came over a mailing list."),
        "mailing_list_copy": _("It is a copy from a mailing list: never answered by machine."),
        "vendor_mark": _("It carries the mark of an answering machine."),
        "read_receipt": _("It only says that a mail was opened."),
        "out_of_office": _("It says that somebody is away."),
        "null_sender": _("It has the empty return address that machines use."),
        "answers_suppressed": _("Its sender asks not to be answered by machine."),
        "robot_address": _("Its address belongs to a machine."),
        "delivery_report": _("It reports what became of a mail that was sent."),
        "complaint_report": _("It reports a complaint about a mail."),
        "report_in_words": _("It tells in words that a mail could not be delivered."),
        "same_mail": _("The same mail arrived before, in this mailbox or another."),
        "same_content": _("The same message was taken in before."),
        # hints
        "answers_ours": _("A code that only we can write shows which of our mails it answers."),
        "false_token": _("It carries a code that looks like ours and is not. Perhaps somebody tries to get into a conversation."),
        "thread": _("It comes from the address that we wrote to."),
        "other_sender": _("It answers our mail, but comes from another address than we wrote to."),
        "known_address": _("The sender's address is known. An address can be forged: this is a hint, not a proof."),
        "shared_address": _("Several customers share this address; it was put to the one known longest."),
        "new_prospect": _("Nobody with this address was known; a prospect was registered."),
        "many_mails": _("More than twenty mails came from this address within an hour; it gets no automatic answer."),
        "unmatched_report": _("It carries no code of ours, so it may be forged: it changes nothing."),
        # notes of the reader
        "many_fields": _("It has so many header fields that not all were read."),
        "long_field": _("A header field was too long and was cut."),
        "boundary_missing": _("Its parts are not separated as announced; it was read as one text."),
        "unknown_encoding": _("A part has an unknown transfer encoding and is shown as it came."),
        "text_cut": _("The text is longer than 200,000 characters and is shown cut; the source is whole."),
        "no_date": _("It has no readable date; the time of its arrival counts."),
    }


def _sent() -> dict[str, str]:
    return {
        "later": _("The mail server said: not now. It is tried again."),
        "away": _("The mail server could not be reached. It is tried again."),
        "repeated": _("Handing it over was interrupted; it goes again under the same number."),
        "interrupted": _("The line broke while it was handed over. Nobody knows whether it left, and it is not sent twice."),
        "refused": _("The mail server refused it for good."),
        "dead": _("The address does not exist."),
        "policy": _("The other side refuses our mail as such; the customer is well."),
        "gave_up": _("The other side said “not now” for three days."),
        "server_away": _("Our mail server was away for three days."),
        "unsupported_by_route": _("Our mail server can't carry this address. Another channel is needed."),
        "suppressed": _("The address is on the list of those that get no mail."),
        "link_over": _("They confirmed meanwhile, or the link ran out; the message had nothing to say any more."),
        "customer_gone": _("The customer was forgotten."),
        "stopped": _("All mail is stopped."),
        "pace": _("It waits so that one domain does not get too much at once."),
        "consent_withdrawn": _("The customer took the permission back before it went out."),
        "consent_never_allowed": _("The customer has not agreed to mail of this kind."),
        "consent_objected": _("The customer objected to mail of this kind."),
        "pressure": _("The customer has been contacted enough for now."),
        "quiet_hours": _("It is too late or too early for the customer."),
        "complaint_open": _("A complaint of the customer is open."),
    }
