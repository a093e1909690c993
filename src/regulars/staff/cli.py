"""Commands about people and keys."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import Any

from django.conf import settings

from regulars.business.services import ensure_business
from regulars.groundwork.kernel import clock
from regulars.staff.queries import KEY_SCOPES, Role, employee_by_email
from regulars.staff.services import hire_employee, make_key, remove_all_factors

ACTOR = "system:command-line"


def commands(add: Any) -> None:
    """`regulars staff key | add | reset-factors`."""
    staff = add.add_parser("staff", help="people who may sign in, and keys for programs")
    acts = staff.add_subparsers(dest="act", required=True)
    key = acts.add_parser("key", help="make an API key; it is printed once")
    key.add_argument("--name", required=True, help="what the key is for")
    key.add_argument(
        "--scope", action="append", required=True, metavar="SCOPE", help=f"one of: {', '.join(KEY_SCOPES)} (may repeat, or commas)"
    )
    key.add_argument("--owner", default="", help="e-mail of the employee whose leaving ends the key")
    key.set_defaults(run=make)
    person = acts.add_parser("add", help="add somebody who may sign in")
    person.add_argument("--email", required=True)
    person.add_argument("--name", required=True)
    person.add_argument("--role", choices=[role.value for role in Role], default=Role.EXECUTIVE.value)
    person.add_argument("--password-stdin", action="store_true", help="read the password from standard input instead of asking")
    person.set_defaults(run=hire)
    reset = acts.add_parser("reset-factors", help="take all second factors off somebody who lost them; their sessions end")
    reset.add_argument("--email", required=True)
    reset.set_defaults(run=reset_factors)


def make(arguments: argparse.Namespace) -> int:
    """Print a new key on standard output, alone."""
    at = clock.now()
    business = ensure_business(zone=settings.REGULARS.default_zone, currency="", at=at, actor=ACTOR)
    scopes = [part.strip() for given in arguments.scope for part in given.split(",") if part.strip()]
    owner = employee_by_email(email=arguments.owner) if arguments.owner else None
    if arguments.owner and owner is None:
        print(f"regulars: nobody signs in as {arguments.owner}", file=sys.stderr)  # noqa: T201
        return 2
    _key, text = make_key(business_id=business.pk, name=arguments.name, scopes=scopes, owner=owner, at=at, actor=ACTOR)
    print(text)  # noqa: T201 — the one time that it is shown
    return 0


def hire(arguments: argparse.Namespace) -> int:
    """Add an employee."""
    at = clock.now()
    business = ensure_business(zone=settings.REGULARS.default_zone, currency="", at=at, actor=ACTOR)
    password = sys.stdin.readline().rstrip("\n") if arguments.password_stdin else getpass.getpass("Password: ")
    row = hire_employee(
        business_id=business.pk,
        email=arguments.email,
        name=arguments.name,
        role=Role(arguments.role),
        password=password,
        at=at,
        actor=ACTOR,
    )
    print(f"{row.name} may sign in as {row.email}.")  # noqa: T201
    return 0


def reset_factors(arguments: argparse.Namespace) -> int:
    """Take all second factors off one person: who can run commands on the server may do that for anybody."""
    row = employee_by_email(email=arguments.email)
    if row is None:
        print(f"regulars: nobody signs in as {arguments.email}", file=sys.stderr)  # noqa: T201
        return 2
    remove_all_factors(employee=row, giver=Role.EXECUTIVE, at=clock.now(), actor=ACTOR)
    print(f"{row.name} signs in with the password alone until they set up a second factor again.")  # noqa: T201
    return 0
