"""Whether a mail comes from a person, from a machine, or tells of a mail that did not arrive.

Two questions are kept apart: is it automatic, and may it be answered automatically? `X-Auto-Response-Suppress` alone says "don't answer me
by machine"; many people's mail carries it, so it does not make a mail automatic.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal

from regulars.messaging.rules.mail import ReadMail

OWN_MARK = "x-regulars-message"
_AWAY = re.compile(
    r"^\s*(?:(?:re|aw|sv|odp|antw)\s*:\s*)?(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response)|auto\s*:|out of (?:the )?office|away from|"
    r"on vacation|vacation reply|automatische antwort|abwesenheit|abwesend|r[ée]ponse automatique|absence du bureau|risposta automatica|"
    r"fuori sede|respuesta autom[aá]tica|fuera de la oficina|resposta autom[aá]tica|aus[eê]ncia|automatisk[at]* (?:svar|besked)|"
    r"autosvar|automatisch antwoord|afwezig|automatick[aá] odpov|automatikus v[aá]lasz|házon kívül|autom[aā]tisk[aā] atbilde|"
    r"trả lời tự động|autoreply)",
    re.IGNORECASE,
)
_ROBOTS = re.compile(
    r"^(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?|auto-?reply|listserv|majordomo|root|cron)(?:[+@._-]|$)"
)
_RETURN = re.compile(
    r"(?:back(?: in the office)?(?: on| by)?|return(?:ing)?(?: on| to)?|until|bis|wieder(?: da| erreichbar)?(?: am| ab)?|retour le|ab dem|till)"
    r"[^\d\n]{0,40}(\d{4}-\d{2}-\d{2}|\d{1,2}\.\s?\d{1,2}\.\s?\d{4}|\d{1,2} [a-z]+ \d{4}|[a-z]+ \d{1,2},? \d{4})",
    re.IGNORECASE,
)
_TELLS = re.compile(
    r"undeliver|undelivered|not delivered|non-?deliver|delivery[ _-](?:status|fail|report|notif|problem|error|has fail)|(?:mail|message|delivery|sending).{0,20}fail|"
    r"fail.{0,20}(?:mail|message|notice|deliver)|returned (?:mail|to sender)|return to sender|bounce|mail (?:system )?error|user unknown|unknown (?:user|recipient)|"
    r"not be delivered|unzustellbar|nicht zugestellt|non remis|non recapitat|no se puede entregar|nao entregue|não entregue|nedoručen|kézbesíthetetlen|"
    r"warning: message|could not send|account .{0,20}(?:disabled|closed|inactive)|rejected|mailbox (?:full|unavailable)|over quota",
    re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True)
class Sorting:
    """The answer with its reasons. `back_on` is the day that an absence note names."""

    kind: Literal["contact", "automatic", "bounce"]
    is_automatic: bool
    may_auto_answer: bool
    reasons: tuple[str, ...]
    back_on: date | None = None


def sort_mail(
    mail: ReadMail, *, own_addresses: Collection[str], envelope_from: str | None, is_ours: bool, lists_are_contacts: bool = False
) -> Sorting:
    """Sort a received mail.

    `own_addresses` in lower case; `envelope_from` as the receiving server wrote it ("" for the null sender, None when unknown); `is_ours`
    when a code proves that we wrote this very mail.
    """
    reports = _report_reasons(mail)
    if reports:
        return Sorting("bounce", True, False, reports)
    machine = _machine_reasons(mail, own_addresses, envelope_from, is_ours, lists_are_contacts)
    quiet = _quiet_reasons(mail)
    kind: Literal["contact", "automatic"] = "automatic" if machine else "contact"
    back_on = _back_on(mail) if "out_of_office" in machine or "auto_submitted" in machine else None
    return Sorting(kind, bool(machine), not machine and not quiet, (*machine, *quiet), back_on)


def looks_like_report(mail: ReadMail, sorting: Sorting) -> bool:
    """Whether a mail that holds no machine-readable report may tell of a failed delivery in words."""
    if sorting.kind == "bounce" or (mail.in_reply_to and not sorting.is_automatic):
        return False
    fields = mail.structure.fields
    robot = bool(re.match(r"(?:mailer-?daemon|mail-?daemon|postmaster|mdaemon|mail-?system|mailer|smtp|bounces?)\b", mail.sender.normal))
    return robot or not mail.sender.address or bool(_TELLS.search(mail.subject)) or "x-failed-recipients" in fields or sorting.is_automatic


def _report_reasons(mail: ReadMail) -> tuple[str, ...]:
    kinds = {leaf.content.kind for leaf in mail.structure.leaves}
    if "message/feedback-report" in kinds:
        return ("complaint_report",)
    if "message/delivery-status" in kinds:
        return ("delivery_report",)
    return ()


def _machine_reasons(
    mail: ReadMail, own_addresses: Collection[str], envelope_from: str | None, is_ours: bool, lists_are_contacts: bool
) -> tuple[str, ...]:
    fields = mail.structure.fields
    found = []
    if is_ours or (mail.sender.address and mail.sender.normal in own_addresses):
        found.append("own_message")
    submitted = fields.text("auto-submitted").lower().partition(";")[0].strip()
    if submitted and submitted != "no":
        found.append("auto_submitted")
    precedence = fields.text("precedence").lower()
    if precedence in ("auto_reply", "bulk", "junk") or (precedence == "list" and not lists_are_contacts):
        found.append(f"precedence_{precedence}")
    if not lists_are_contacts and ("list-id" in fields or "list-unsubscribe" in fields):
        found.append("mailing_list")
    if any(name in fields for name in ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply", "x-autogenerated")):
        found.append("vendor_mark")
    if any(leaf.content.kind == "message/disposition-notification" for leaf in mail.structure.leaves):
        found.append("read_receipt")
    if _AWAY.search(mail.subject) and (
        "x-auto-response-suppress" in fields or "x-ms-exchange-inbox-rules-loop" in fields or mail.in_reply_to or envelope_from == ""
    ):
        found.append("out_of_office")
    returned = envelope_from if envelope_from is not None else (fields.text("return-path") if "return-path" in fields else None)
    if returned is not None and returned.strip("<> ") == "":
        found.append("null_sender")
    return tuple(found)


def _quiet_reasons(mail: ReadMail) -> tuple[str, ...]:
    fields = mail.structure.fields
    found = []
    if "x-auto-response-suppress" in fields and fields.text("x-auto-response-suppress").lower() not in ("", "none"):
        found.append("answers_suppressed")
    if "list-id" in fields or fields.text("precedence").lower() == "list":
        found.append("mailing_list_copy")
    if _ROBOTS.match(mail.sender.normal):
        found.append("robot_address")
    if not mail.sender.address:
        found.append("no_sender")
    return tuple(found)


def _back_on(mail: ReadMail) -> date | None:
    match = _RETURN.search(mail.text[:5000])
    return _day(match[1]) if match else None


def _day(text: str) -> date | None:
    numbers = [int(one) for one in re.findall(r"\d+", text)]
    month = next((place for place, name in enumerate(_MONTHS, start=1) if re.search(rf"\b{name}", text.lower())), 0)
    try:
        if month:
            day, year = numbers[0], numbers[1]
            return date(year, month, day)
        if "-" in text:
            return date(*numbers[:3])
        return date(numbers[2], numbers[1], numbers[0])
    except (ValueError, IndexError):
        return None
