"""The whole authorisation matrix: every route × method × actor, generated from the URL configuration; refusals leave no trace."""

from __future__ import annotations

import hashlib
import itertools
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.checks import run_checks
from django.db import connection, transaction
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from regulars.staff.queries import KEY_SCOPES, Role, Table, table
from regulars.staff.services import let_go, make_key
from regulars.staff.web import authorise

from tests.cast import ACTOR, NOON, Cast, employ

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")
# Values for the parameters of addresses; an id is random unless a test says otherwise, for a foreign and a made-up id are one.
CANDIDATES = [str(uuid.UUID(int=7)), "1", "0" * 12, "016869", "x.css", "desk", "t" * 43]
Ask = Callable[[str, str], Any]


def address(route: str) -> str:
    """A path of a route, its parameters filled in."""
    resolver = get_resolver()
    *spaces, name = route.split(":")
    for space in spaces:
        _prefix, resolver = resolver.namespace_dict[space]
    for _pattern, parameters in (shape for shapes in resolver.reverse_dict.getlist(name) for shape in shapes[0]):
        for values in itertools.product(CANDIDATES, repeat=len(parameters)):
            try:
                return reverse(route, kwargs=dict(zip(parameters, values, strict=True)))
            except NoReverseMatch:
                continue
    raise AssertionError(f"no address for {route}")


def digest() -> str:
    """A digest of every table but sessions."""
    found = hashlib.sha256()
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model._meta.db_table == "django_session" or not model._meta.managed:
                continue
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}" ORDER BY 1')
            found.update(repr((model._meta.db_table, cursor.fetchall())).encode())
    return found.hexdigest()


def of_employee(employee: Any) -> Ask:
    first = Client()
    first.force_login(employee, backend=settings.AUTHENTICATION_BACKENDS[0])

    def ask(method: str, path: str) -> Any:
        # A fresh browser with the same session each time: signing out must not end the story.
        client = Client(raise_request_exception=False)
        client.cookies[settings.SESSION_COOKIE_NAME] = first.cookies[settings.SESSION_COOKIE_NAME].value
        return client.generic(method, path)

    return ask


def of_key(text: str) -> Ask:
    client = Client(raise_request_exception=False)
    return lambda method, path: client.generic(method, path, headers={"Authorization": f"Bearer {text}", "Idempotency-Key": "k"})


@pytest.fixture
def actors(cast: Cast) -> dict[str, tuple[Ask, Callable[[str, str], bool]]]:
    """Every kind of caller, with what the table says they may do."""
    rows = table()

    def may(role: Role | None = None, scopes: frozenset[str] = frozenset()) -> Callable[[str, str], bool]:
        def decide(route: str, method: str) -> bool:
            row = rows.row(route, method)
            return row is not None and (row.public or (role in row.roles) or (bool(row.scope) and row.scope in scopes))

        return decide

    found: dict[str, tuple[Ask, Callable[[str, str], bool]]] = {
        "nobody": (lambda method, path: Client(raise_request_exception=False).generic(method, path), may())
    }
    for role in Role:
        found[role.value] = (of_employee(employ(cast.business, f"Any {role.value}", role)), may(role))
    for scope in KEY_SCOPES:
        _key, text = make_key(business_id=cast.business.pk, name=scope, scopes=[scope], at=NOON, actor=ACTOR)
        found[f"key {scope}"] = (of_key(text), may(scopes=frozenset({scope})))
    gone = employ(cast.business, "Gone Manager", Role.MANAGER)
    session = of_employee(gone)
    _key, text = make_key(business_id=cast.business.pk, name="of gone", scopes=list(KEY_SCOPES), owner=gone, at=NOON, actor=ACTOR)
    let_go(employee=gone, giver=Role.EXECUTIVE, at=NOON, actor=ACTOR)
    found["employee who left"] = (session, may())
    found["key of one who left"] = (of_key(text), may())
    found["a made-up key"] = (of_key("rk_00000000.nothing"), may())
    return found


def refused(response: Any) -> bool:
    """Whether an answer is a refusal by the table."""
    if response.status_code == 302:
        return str(response["Location"]).startswith("/sign-in/?next=")
    return response.status_code in (401, 403, 405)


@pytest.mark.once
@pytest.mark.django_db
def test_every_route_method_and_actor_is_as_the_table_says(actors: dict[str, tuple[Ask, Callable[[str, str], bool]]]) -> None:
    wrong: list[str] = []
    refusals = 0
    before = digest()
    for name, (ask, may) in actors.items():
        for route in authorise.routes():
            path = address(route)
            for method in METHODS:
                # By key into screens or by session into the API: that road carries no credential, so only public rows are open.
                by_key = name.startswith(("key", "a made-up key"))
                row = table().row(route, method)
                expected = may(route, method) if by_key == path.startswith("/api/") else bool(row and row.public)
                if expected:
                    with transaction.atomic():
                        response = ask(method, path)
                        transaction.set_rollback(True)
                    # Web shops pass the table to be let in by their signature, which none of these callers can make.
                    unsigned = route.startswith("api:shop_") and b'"not_signed"' in response.content
                    if refused(response) and not (route == "metrics" and response.status_code == 404) and not unsigned:
                        wrong.append(f"{name}: {method} {route} should be allowed, got {response.status_code}")
                    if response.status_code >= 500 and route != "ready":
                        wrong.append(f"{name}: {method} {route} answered {response.status_code}")
                else:
                    response = ask(method, path)
                    refusals += 1
                    if not refused(response):
                        wrong.append(f"{name}: {method} {route} should be refused, got {response.status_code}")
        if digest() != before:
            wrong.append(f"refusals of {name} left a trace")
            before = digest()
    assert not wrong, "\n".join(wrong[:60])
    assert refusals > 1000


@pytest.mark.django_db
def test_a_route_without_a_row_stops_the_start_up(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not [message for message in run_checks() if message.id in ("regulars.E001", "regulars.E002")]
    thinner = Table([row for (route, _method), row in table().rows.items() if route != "desk:customers" and _method == row.methods[0]])
    monkeypatch.setattr(authorise, "table", lambda: thinner)
    faults = [message for message in run_checks() if message.id == "regulars.E001"]
    assert [fault for fault in faults if "desk:customers " in str(fault.msg)]


@pytest.mark.django_db
def test_a_row_without_a_route_stops_the_start_up(monkeypatch: pytest.MonkeyPatch) -> None:
    from regulars.staff.queries import Row

    more = Table([*{id(row): row for row in table().rows.values()}.values(), Row("desk:dungeon", ("GET",))])
    monkeypatch.setattr(authorise, "table", lambda: more)
    assert [message for message in run_checks() if message.id == "regulars.E002" and "desk:dungeon" in str(message.msg)]


def test_two_rows_for_one_route_and_method_are_refused() -> None:
    from regulars.staff.queries import Row

    with pytest.raises(ValueError, match="two rows"):
        Table([Row("a", ("GET",)), Row("a", ("GET", "POST"))])


@pytest.mark.django_db
def test_a_foreign_object_and_a_made_up_one_give_the_same_answer(cast: Cast) -> None:
    """D3."""
    ask = of_employee(cast.mallory)
    for route in ("desk:customer", "desk:edit_customer"):
        foreign = ask("GET", reverse(route, args=[cast.ada.public_id]))
        made_up = ask("GET", reverse(route, args=[uuid.uuid4()]))
        assert foreign.status_code == made_up.status_code == 404
        assert foreign.content.replace(str(cast.ada.public_id).encode(), b"").count(b"Ada") == 0
    before = digest()
    assert ask("POST", reverse("desk:edit_customer", args=[cast.ada.public_id])).status_code == 404
    assert ask("POST", reverse("desk:branch", args=[cast.market.public_id])).status_code == 404
    assert ask("POST", reverse("desk:let_go", args=[cast.tom.public_id])).status_code == 404
    assert digest() == before


@pytest.mark.django_db
@pytest.mark.parametrize("piece", ["../", "..%2f", "%2e%2e%2f", "//", ";x=1", "\u2024\u2024/", "%00", "a" * 3000])
def test_crooked_paths_are_never_a_server_error(desk: Client, piece: str) -> None:
    """D6."""
    for path in (f"/customers/{piece}/", f"/purchases/{piece}/", f"/settings/branches/{piece}/", f"/join/{piece}/"):
        assert desk.get(path).status_code in (301, 302, 400, 404)
