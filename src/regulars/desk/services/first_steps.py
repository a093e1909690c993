"""The first steps: the demo business, or a link by which the owner founds their own."""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

from regulars.business.queries import all_businesses
from regulars.business.services import describe_business, found_business
from regulars.groundwork.kernel.refusals import NotFound
from regulars.staff.queries import Employee, Role, somebody_may_sign_in
from regulars.staff.services import hire_employee


def setup_code() -> str:
    """The code of the set-up link: bound to this installation's secret key."""
    return salted_hmac("regulars.welcome", "first", algorithm="sha256").hexdigest()[:32]


def setup_code_fits(*, code: str) -> bool:
    """Whether a code opens the set-up: it is ours and nobody can sign in yet."""
    return hmac.compare_digest(code.encode(), setup_code().encode()) and not somebody_may_sign_in()


def set_up_business(
    *, business_name: str, currency: str, zone: str, name: str, email: str, password: str, code: str, at: datetime
) -> Employee:
    """Found the business (or name the one that the command line began) and hire its first executive, once."""
    with transaction.atomic():
        if not setup_code_fits(code=code):
            raise NotFound("This set-up link is not valid any more.")
        known = all_businesses()
        about: dict[str, Any] = {"name": business_name, "zone": zone, "currency": currency, "languages": ["en"], "accent": ""}
        if known:
            business = describe_business(business_id=known[0].pk, at=at, actor="system:set-up", **about)
        else:
            business = found_business(at=at, actor="system:set-up", **about)
        return hire_employee(
            business_id=business.pk, email=email, name=name, role=Role.EXECUTIVE, password=password, at=at, actor="system:set-up"
        )


def first_steps(*, demo: bool, address: str) -> list[str]:
    """Load the demo business into an empty installation when wished. Returns what the console should tell about signing in."""
    from regulars.desk.services import demo as demo_business
    from regulars.groundwork.kernel import clock

    if demo and not all_businesses():
        demo_business.load_demo(at=clock.now(), actor="system:demo")
    if demo_business.is_loaded():
        return demo_business.sign_ins()
    if not somebody_may_sign_in():
        return [f"Set up your business here: {address}/welcome/?code={setup_code()}", ""]
    return ["Sign in with your e-mail address and password.", ""] if not settings.PRODUCTION else []
