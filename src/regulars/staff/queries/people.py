"""Questions about the staff, and who a caller is."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.conf import settings
from django.db.models import Max, Q
from django.utils.module_loading import import_string

from regulars.business.queries import Scope
from regulars.groundwork.kernel.bulk.instances import as_instant, instances, instant_value, objects, uuid_text
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared
from regulars.groundwork.kernel.refusals import NotFound
from regulars.staff.models import ApiKey, Authenticator, Budget, Employee, Invitation, Leave, OutsideIdentity, Passkey
from regulars.staff.rules.authorisation import Table
from regulars.staff.rules.factors import place_for_passkeys
from regulars.staff.rules.roles import Actor, Role

KEY_SIGN = "rk_"


@cache
def table() -> Table:
    """The authorisation table that the settings name."""
    loaded: Table = import_string(settings.AUTHORISATION_TABLE)
    return loaded


def may_open(actor: Actor, route: str, method: str = "GET") -> bool:
    """Whether the table lets this caller pass; screens leave out what would be refused."""
    row = table().row(route, method)
    return row is not None and row.allows(actor)


def scope_of(actor: Actor) -> Scope:
    """What the caller may see."""
    return Scope(business_id=actor.business_id, branch_ids=actor.branch_ids)


def actor_of_employee(employee: Employee) -> Actor:
    """The caller behind a session."""
    branch_ids = None if employee.every_branch else frozenset(employee.branches.values_list("pk", flat=True))
    return Actor(kind="employee", id=employee.pk, business_id=employee.business_id, branch_ids=branch_ids, role=Role(employee.role))


def actor_of_key(*, text: str, at: datetime) -> Actor | None:
    """The caller behind an API key; None for unknown, wrong, revoked, expired keys and keys whose owner has left."""
    prefix, _dot, secret = text.partition(".")
    if not prefix.startswith(KEY_SIGN) or not secret:
        return None
    joined = "FROM staff_apikey k LEFT JOIN staff_employee o ON o.id = k.owner_id WHERE k.prefix = %s"
    key, owner = next(iter(instances(((ApiKey, "k"), (Employee, "o")), joined, prefix)), (None, None))
    if key is None or not hmac.compare_digest(key.secret_hash, hashed(secret)):
        return None
    if key.revoked_at or (key.expires_at and key.expires_at <= at) or (owner and owner.left_at):
        return None
    branch_ids = None if key.every_branch else frozenset(key.branches.values_list("pk", flat=True))
    return Actor(kind="key", id=key.pk, business_id=key.business_id, branch_ids=branch_ids, scopes=frozenset(key.scopes))


def hashed(secret: str) -> str:
    """How secrets with 128 or more random bits are kept: SHA-256 is enough for them, and quick."""
    return hashlib.sha256(secret.encode()).hexdigest()


def employees(*, scope: Scope) -> list[Employee]:
    """Everybody of the business by name, those who left last."""
    rows = Employee.objects.filter(business_id=scope.business_id).prefetch_related("branches").order_by("name")
    return sorted(rows, key=lambda row: (row.left_at is not None, row.name.casefold()))


def employee_names(*, scope: Scope, here: bool = False) -> list[tuple[int, str, str]]:
    """Everybody of the business by name, those who left last (`here`: without them): internal number, public id, name."""
    rows = fetch_prepared("SELECT id, public_id, name, left_at IS NOT NULL FROM staff_employee WHERE business_id = %s", scope.business_id)
    rows.sort(key=lambda row: (bool(row[3]), row[2].casefold()))
    return [(pk, uuid_text(number), name) for pk, number, name, left in rows if not (here and left)]


def employee_of(*, scope: Scope, public_id: str) -> Employee:
    """One employee of the business. Raises NotFound."""
    for row in employees(scope=scope):
        if str(row.public_id) == public_id:
            return row
    raise NotFound("There is no such employee.")


def leaves_of(*, scope: Scope, employee_id: int | None = None) -> list[Leave]:
    """Planned days of absence, of everybody or of one, earliest first."""
    planned = "FROM staff_leave t JOIN staff_employee e ON e.id = t.employee_id WHERE e.business_id = %s"
    if employee_id is None:
        return objects(Leave, f"{planned} ORDER BY t.from_on, t.id", scope.business_id)
    return objects(Leave, f"{planned} AND t.employee_id = %s ORDER BY t.from_on, t.id", scope.business_id, employee_id)


def employee_by_email(*, email: str) -> Employee | None:
    """Somebody by the address they sign in with."""
    return Employee.objects.filter(email=email.strip().lower()).first()


def invitations(*, scope: Scope) -> list[Invitation]:
    """Open invitations, newest first, expired ones included so that they can be withdrawn."""
    rows = Invitation.objects.filter(business_id=scope.business_id, accepted_at__isnull=True, withdrawn_at__isnull=True)
    return list(rows.order_by("-invited_at"))


def invitation_of_token(*, token: str, at: datetime) -> Invitation | None:
    """The open invitation that a link's token opens; None when it is wrong, used, withdrawn or expired."""
    return (
        Invitation.objects.select_related("business")
        .filter(token_hash=hashed(token), accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=at)
        .first()
    )


def owner_of_key(*, key_id: int) -> int | None:
    """The employee on whose behalf a key acts, by internal number."""
    return ApiKey.objects.filter(pk=key_id).values_list("owner_id", flat=True).first()


def api_keys(*, scope: Scope) -> list[ApiKey]:
    """All keys of the business, live ones first."""
    rows = ApiKey.objects.filter(business_id=scope.business_id).select_related("owner").order_by("-made_at")
    return sorted(rows, key=lambda row: row.revoked_at is not None)


@dataclass(frozen=True)
class Security:
    """How an employee's sign-in is protected, for their account page and for managers."""

    app_since: datetime | None
    passkeys: list[Passkey]
    codes_left: int
    outside: list[OutsideIdentity]
    slowed_at: datetime | None

    @property
    def second_factor(self) -> bool:
        """Whether a password alone is not enough."""
        return self.app_since is not None or bool(self.passkeys)


def security_of(*, employee: Employee) -> Security:
    """The factors of one person, and when somebody else's wrong tries for their account were last slowed down."""
    account = hashed(employee.email)[:32]
    mine = Q(bucket__startswith=f"account:{account}:") | Q(bucket=f"strangers:{account}")
    return Security(
        app_since=Authenticator.objects.filter(employee=employee).values_list("confirmed_at", flat=True).first(),
        passkeys=list(employee.passkeys.order_by("added_at")),
        codes_left=employee.recovery_codes.filter(used_at__isnull=True).count(),
        outside=list(employee.outside_identities.order_by("joined_at")),
        slowed_at=Budget.objects.filter(mine).aggregate(latest=Max("full_at"))["latest"],
    )


def has_second_factor(*, employee: Employee) -> bool:
    """Whether a password alone is not enough for this person."""
    app = Authenticator.objects.filter(employee=employee, confirmed_at__isnull=False)
    return app.exists() or Passkey.objects.filter(employee=employee).exists()


def passkeys_possible() -> bool:
    """Whether devices can keep passkeys for the configured address: it needs a name."""
    return bool(place_for_passkeys(settings.BASE_URL))


def employee_signing_in(*, employee_id: int) -> Employee | None:
    """Somebody on the way in, with their business; None when they have left."""
    return Employee.objects.select_related("business").filter(pk=employee_id, left_at__isnull=True).first()


def networks_slowed_since(*, since: datetime) -> list[tuple[str, datetime]]:
    """Networks from which so many wrong passwords came that they were slowed down, and when last; newest first."""
    slowed = "SELECT t.bucket, t.full_at FROM staff_budget t WHERE t.bucket LIKE %s AND t.full_at >= %s ORDER BY t.full_at DESC LIMIT 20"
    rows = fetch_prepared(slowed, "prefix:%", instant_value(since))
    return [(bucket.removeprefix("prefix:"), as_instant(full_at)) for bucket, full_at in rows]


def somebody_may_sign_in() -> bool:
    """Whether this installation has anybody at all who may sign in."""
    return Employee.objects.filter(left_at__isnull=True).exists()
