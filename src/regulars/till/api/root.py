"""The API object, its authentication by key (decided before by the authorisation table), and its refusals."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.security import HttpBearer

from regulars import __version__
from regulars.groundwork.kernel.refusals import Refusal
from regulars.staff.queries import Actor

DESCRIPTION = """
Programs use Regulars by this interface. Make a key with `regulars staff key --name NAME --scope SCOPE` and send it as
`Authorization: Bearer KEY`.

* **Amounts** are decimal texts in the currency's own decimals ("12.40"); instants are ISO 8601 with an offset.
* **Lists** come newest first or by name, with `next`: pass it as `cursor` to get the next page.
* **Writing** needs an `Idempotency-Key`: repeat a request as often as you like, it takes effect once.
* **Refusals** are problem documents (RFC 9457) with a stable `code` and a sentence.
"""


class Key(HttpBearer):
    """Hands over the caller whom the authorisation middleware has already let in."""

    openapi_description = "A key made with `regulars staff key`"

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """The actor, or None (which can't happen behind the middleware)."""
        actor = getattr(request, "actor", None)
        return actor if isinstance(actor, Actor) else None


class OpenApi(NinjaAPI):
    """Writes the media type of problem documents into the description, which ninja takes for plain JSON."""

    def get_openapi_schema(self, **options: Any) -> Any:
        """The OpenAPI document."""
        document = super().get_openapi_schema(**options)
        for operations in document["paths"].values():
            for operation in operations.values():
                for status, answer in operation["responses"].items():
                    if int(status) >= 400 and "application/json" in answer.get("content", {}):
                        answer["content"] = {"application/problem+json": answer["content"]["application/json"]}
        return document


api = OpenApi(
    title="Regulars",
    version=__version__,
    description=DESCRIPTION,
    urls_namespace="api",
    auth=Key(),
    openapi_url="/openapi.json",
    docs_url="/docs",
)


class NotAsDescribed(Refusal):
    """The request doesn't have the shape that the OpenAPI document describes."""

    code = "not_as_described"
    status = 422


class Unreadable(Refusal):
    code = "unreadable"
    status = 400


def as_problem(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """A refusal as problem document."""
    return HttpResponse(json.dumps(refusal.as_problem(request.path)), status=refusal.status, content_type="application/problem+json")


@api.exception_handler(Refusal)
def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Expected noes."""
    return as_problem(request, refusal)


@api.exception_handler(ValidationError)
def misshapen(request: HttpRequest, fault: ValidationError) -> HttpResponse:
    """Wrong types, missing or unknown fields."""
    fields = {_pointer(one["loc"]): str(one["msg"]) for one in fault.errors}
    sentence = _("The request doesn't have the described shape: %(fields)s.") % {"fields": ", ".join(sorted(fields))[:300]}
    return as_problem(request, NotAsDescribed(sentence, fields=fields))


@api.exception_handler(HttpError)
def unreadable(request: HttpRequest, fault: HttpError) -> HttpResponse:
    """Bodies that are no JSON."""
    refusal = Unreadable(_("The body can't be read as JSON."))
    return as_problem(request, refusal)


def _pointer(location: Any) -> str:
    parts = [str(part) for part in location]
    return "/" + "/".join(parts[2:] if parts[:1] == ["body"] else parts[1:])
