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
    """How many more wrong passwords a source may try: a bucket that leaks with time."""

    bucket = models.CharField(max_length=80, unique=True)
    level = models.FloatField(default=0)
    at = models.DateTimeField()

    class Meta:
        db_table = "staff_budget"
