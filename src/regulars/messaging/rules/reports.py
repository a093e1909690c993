"""Reports of mail that did not arrive or was complained about: RFC 3464 and RFC 5965, and what may be concluded from a status."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from regulars.messaging.rules.charsets import decoded, one_line
from regulars.messaging.rules.headers import Fields
from regulars.messaging.rules.mail import ReadMail

Verdict = Literal["dead", "soft", "policy", "delivered", "delayed"]
RECIPIENTS_MAX = 200
DEAD = ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.4")
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")


@dataclass(frozen=True)
class Delivery:
    """What became of one recipient: action and enhanced status as told, and the address."""

    address: str
    action: str
    status: str
    diagnostic: str

    @property
    def verdict(self) -> Verdict:
        return verdict_of(self.action, self.status, self.diagnostic)


@dataclass(frozen=True)
class Report:
    """A delivery report (`deliveries`) or a complaint (`complaint` names its type)."""

    deliveries: tuple[Delivery, ...]
    complaint: str
    complained_by: str
    returned_fields: Fields
    returned_path: str


def verdict_of(action: str, status: str, diagnostic: str = "") -> Verdict:
    """Dead: this address never worked or works no more. Soft: full or away. Policy: we are refused, not they."""
    action = action.lower().strip()
    if action in ("delivered", "relayed", "expanded"):
        return "delivered"
    found = _STATUS.search(status) or _STATUS.search(diagnostic)
    code = found[0] if found else ""
    if action == "delayed":
        return "delayed"
    if code in DEAD:
        return "dead"
    if code.startswith("5.7."):
        return "policy"
    if code.startswith("4.") or code == "5.2.2" or not code:
        return "soft"
    return "dead" if code.startswith("5.1.") else "soft"


def verdict_of_reply(reply: int, text: str) -> Verdict:
    """The same for an answer in the SMTP dialogue: 550 5.1.1 and a report of it mean the same."""
    if 200 <= reply < 300:
        return "delivered"
    found = _STATUS.search(text)
    if found:
        return verdict_of("failed", found[0])
    if reply in (550, 551, 553) and re.search(
        r"user unknown|no such|unknown (?:user|recipient)|does not exist|mailbox unavailable", text, re.I
    ):
        return "dead"
    return "policy" if reply in (521, 554, 571) else "soft"


def report_in(mail: ReadMail, raw: bytes) -> Report | None:
    """The report that a mail holds in its machine-readable parts; None when it holds none."""
    deliveries: list[Delivery] = []
    complaint, complained_by, found = "", "", False
    returned, path = Fields(b""), ""
    for leaf in mail.structure.leaves:
        kind = leaf.content.kind
        if kind == "message/delivery-status":
            deliveries += _deliveries(leaf.body(raw))
            found = True
        elif kind == "message/feedback-report":
            fields = Fields(leaf.body(raw).strip())
            complaint = fields.text("feedback-type", 40) or "abuse"
            complained_by = _bare(fields.text("original-rcpt-to", 400))
            path = fields.text("original-mail-from", 400)
            found = True
        elif kind in ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers") and not returned.rows:
            body = leaf.body(raw)
            returned = Fields(re.split(rb"\r?\n\r?\n", body.lstrip(b"\r\n"), maxsplit=1)[0][:65_536])
    return Report(tuple(deliveries), complaint, complained_by, returned, path) if found else None


def _deliveries(content: bytes) -> list[Delivery]:
    found = []
    for group in re.split(rb"\r?\n[ \t]*\r?\n", content.strip(b"\r\n"))[: RECIPIENTS_MAX + 1]:
        fields = Fields(group)
        if "final-recipient" not in fields and "original-recipient" not in fields and "action" not in fields:
            continue
        address = _typed(fields.text("original-recipient", 400)) or _typed(fields.text("final-recipient", 400))
        found.append(
            Delivery(
                address=address,
                action=fields.text("action", 20).lower(),
                status=fields.text("status", 40),
                diagnostic=one_line(decoded(fields.raw("diagnostic-code")).text, 500),
            )
        )
    return found


def _typed(text: str) -> str:
    """`rfc822; somebody@example.org` → the address."""
    kind, sep, address = text.partition(";")
    return _bare(address if sep else kind)


def _bare(text: str) -> str:
    flat = text.strip().strip("<>").strip()
    return flat if "@" in flat and not re.search(r"\s", flat) else ""
