"""Refusals: the expected "no", with a stable code and a sentence a person can read.

Define a subclass beside the verb that raises it:

    class AlreadyRedeemed(Refusal):
        code = "already_redeemed"
        status = 409

        def __init__(self, reward: str) -> None:
            super().__init__(_("The reward “%(reward)s” has been redeemed already.") % {"reward": reward})

One middleware turns refusals into pages, the API into problem documents (RFC 9457), the command line into a line and an exit code.
"""

from __future__ import annotations

from typing import Any, ClassVar


class Refusal(Exception):
    """An expected no. `fields` maps input names to sentences, for forms and problem documents."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 422

    def __init__(self, sentence: str, *, fields: dict[str, str] | None = None, **extra: Any) -> None:
        super().__init__(str(sentence))
        self.sentence = str(sentence)
        self.fields: dict[str, str] = fields or {}
        self.extra = extra

    def as_problem(self, instance: str = "") -> dict[str, Any]:
        """The problem document of RFC 9457 (media type application/problem+json)."""
        problem: dict[str, Any] = {
            "type": f"urn:regulars:problem:{self.code}",
            "title": self.code.replace("_", " ").capitalize(),
            "status": self.status,
            "detail": self.sentence,
            "code": self.code,
        }
        if instance:
            problem["instance"] = instance
        if self.fields:
            problem["errors"] = [{"pointer": name, "detail": text} for name, text in self.fields.items()]
        return problem | self.extra


class NotFound(Refusal):
    """What is asked for does not exist, or not for this caller: the answer is the same."""

    code = "not_found"
    status = 404
