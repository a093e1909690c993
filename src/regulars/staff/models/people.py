"""People who work there, and the keys of their programs."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now
from django.utils.crypto import salted_hmac

from regulars.groundwork.kernel.ids import new_id
from regulars.staff.rules.roles import Role


class Employee(AbstractBaseUser):
    """A person who may sign in. `stamp` grows whenever role, branches or standing change: sessions carry it and die with it."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    business = models.ForeignKey("business.Business", on_delete=models.PROTECT, related_name="employees")
    branches = models.ManyToManyField("business.Branch", blank=True, related_name="employees")
    every_branch = models.BooleanField(default=False)
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    language = models.CharField(max_length=10, blank=True)
    single_keys = models.BooleanField(default=True)
    stamp = models.IntegerField(default=0)
    joined_at = models.DateTimeField(db_default=Now())
    left_at = models.DateTimeField(null=True, blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = BaseUserManager["Employee"]()

    class Meta:
        db_table = "staff_employee"
        constraints = [models.UniqueConstraint(Lower("email"), name="employee_email_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        """Django's word for: still works here."""
        return self.left_at is None

    def get_session_auth_hash(self) -> str:
        """What a session must match: password, role, branches' stamp. Any change of them ends the session."""
        return salted_hmac("regulars.staff.session", f"{self.password}|{self.role}|{self.stamp}", algorithm="sha256").hexdigest()


class Appointment(models.Model):
    """A role from an instant on, until the next one. What somebody might decide on a past day hangs on the role they had then."""

    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="appointments")
    role = models.CharField(max_length=20)
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)

    class Meta:
        db_table = "staff_appointment"
        indexes = [models.Index(fields=["employee", "-at"], name="appointment_newest")]


class Leave(models.Model):
    """Days on which somebody is away, both included, in the zone of the business. What they must do by a date waits until they are back."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="leaves")
    from_on = models.DateField()
    until_on = models.DateField()
    planned_at = models.DateTimeField()
    planned_by = models.CharField(max_length=80)

    class Meta:
        db_table = "staff_leave"
        constraints = [models.CheckConstraint(condition=Q(until_on__gte=F("from_on")), name="leave_has_days")]
        indexes = [models.Index(fields=["employee", "until_on"], name="leave_of_employee")]


class Invitation(models.Model):
    """A chance to join, sent as a link that works once until it expires. Only the token's hash is kept."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=20)
    every_branch = models.BooleanField(default=False)
    branches = models.ManyToManyField("business.Branch", blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    invited_by = models.CharField(max_length=80)
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "staff_invitation"
        constraints = [
            models.CheckConstraint(condition=Q(accepted_at__isnull=True) | Q(withdrawn_at__isnull=True), name="invitation_one_end"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("invited_at")), name="invitation_has_time"),
        ]


class ApiKey(models.Model):
    """A program's key: a visible prefix, the secret's hash, scopes."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="api_keys")
    owner = models.ForeignKey(Employee, on_delete=models.PROTECT, null=True, blank=True, related_name="api_keys")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=16, unique=True)
    secret_hash = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    every_branch = models.BooleanField(default=True)
    branches = models.ManyToManyField("business.Branch", blank=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "staff_apikey"


class Budget(models.Model):
    """How many more wrong passwords a source may try: a bucket that leaks with time. `full_at` is when it last sent somebody away."""

    bucket = models.CharField(max_length=80, unique=True)
    level = models.FloatField(default=0)
    at = models.DateTimeField()
    full_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "staff_budget"


class Authenticator(models.Model):
    """An app that shows a new code every 30 seconds (RFC 6238). The secret is kept sealed; `last_step` makes each code count once."""

    employee = models.OneToOneField(Employee, on_delete=models.CASCADE, related_name="authenticator")
    sealed_secret = models.TextField()
    begun_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    last_step = models.BigIntegerField(default=0)

    class Meta:
        db_table = "staff_authenticator"


class Passkey(models.Model):
    """A key pair that a device or a security stick keeps for us (WebAuthn); only its public half is here."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="passkeys")
    name = models.CharField(max_length=60)
    credential_id = models.CharField(max_length=1400, unique=True)
    credential = models.TextField()
    sign_count = models.BigIntegerField(default=0)
    added_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "staff_passkey"


class RecoveryCode(models.Model):
    """A way in when the second factor is lost. Kept as a keyed hash; works once."""

    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="recovery_codes")
    code_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "staff_recoverycode"
        constraints = [models.UniqueConstraint(fields=["employee", "code_hash"], name="recovery_code_once")]


class KnownDevice(models.Model):
    """A browser in which somebody has signed in before. Wrong passwords of strangers don't slow it down."""

    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="known_devices")
    token_hash = models.CharField(max_length=64, unique=True)
    since = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "staff_knowndevice"


class OutsideIdentity(models.Model):
    """Who an employee is at the sign-in service of the firm (OpenID Connect): its `issuer` and its never-changing `subject`."""

    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="outside_identities")
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    joined_at = models.DateTimeField()

    class Meta:
        db_table = "staff_outsideidentity"
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="outside_identity_once")]
