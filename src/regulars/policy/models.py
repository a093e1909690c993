"""Policies as they were written, commented on, put in force and confirmed."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from regulars.groundwork.kernel.ids import new_id


class Version(models.Model):
    """A policy from an instant on, until a later one begins. Never changed: whoever confirmed it confirmed this text."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+")
    major = models.IntegerField()
    minor = models.IntegerField()
    language = models.CharField(max_length=20)
    text = models.TextField()
    fingerprint = models.CharField(max_length=64)
    effective_at = models.DateTimeField()
    published_at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    commented_days = models.IntegerField(default=0)
    override_reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        db_table = "policy_version"
        constraints = [
            models.UniqueConstraint(fields=["business", "major", "minor"], name="policy_version_once"),
            models.CheckConstraint(condition=Q(major__gte=1, minor__gte=0), name="policy_version_counts"),
        ]
        indexes = [models.Index(fields=["business", "effective_at"], name="policy_in_force")]

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"


class Translation(models.Model):
    """The same version in another language, with a fingerprint of its own: who confirms it confirms this very text. Never changed."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="translations")
    language = models.CharField(max_length=20)
    text = models.TextField()
    fingerprint = models.CharField(max_length=64)
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)

    class Meta:
        db_table = "policy_translation"
        constraints = [models.UniqueConstraint(fields=["version", "language"], name="policy_language_once")]


class Draft(models.Model):
    """The next version while it is being written and commented on. `revision` grows with each saving: who saves names the one they read."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+")
    text = models.TextField()
    revision = models.IntegerField(default=1)
    begun_at = models.DateTimeField()
    begun_by = models.CharField(max_length=80)
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=80)
    laid_out_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    version = models.OneToOneField(Version, on_delete=models.CASCADE, null=True, blank=True, related_name="draft")

    class Meta:
        db_table = "policy_draft"
        constraints = [
            models.UniqueConstraint(fields=["business"], condition=Q(closed_at__isnull=True), name="policy_one_open_draft"),
            models.CheckConstraint(condition=Q(version__isnull=True) | Q(closed_at__isnull=False), name="policy_published_is_closed"),
            models.CheckConstraint(condition=Q(saved_at__gte=F("begun_at")), name="policy_draft_in_time"),
        ]


class Comment(models.Model):
    """What an employee says about a paragraph (empty: the whole) of a draft, and the answer."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="comments")
    paragraph = models.CharField(max_length=20, blank=True, default="")
    employee = models.ForeignKey("staff.Employee", on_delete=models.CASCADE, related_name="+")
    text = models.CharField(max_length=2000)
    at = models.DateTimeField()
    answer = models.CharField(max_length=2000, blank=True, default="")
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        db_table = "policy_comment"
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True) | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="policy_answer_has_time",
            ),
        ]


class Vote(models.Model):
    """For or against a paragraph of a draft; one a person, who may change their mind while it is open."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="votes")
    paragraph = models.CharField(max_length=20)
    employee = models.ForeignKey("staff.Employee", on_delete=models.CASCADE, related_name="+")
    agrees = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        db_table = "policy_vote"
        constraints = [models.UniqueConstraint(fields=["draft", "paragraph", "employee"], name="policy_one_vote")]


class Confirmation(models.Model):
    """An employee has received and read a version, by its fingerprint. Holds for all minor versions of its major one."""

    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="confirmations")
    major = models.IntegerField()
    employee = models.ForeignKey("staff.Employee", on_delete=models.CASCADE, related_name="+")
    fingerprint = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        db_table = "policy_confirmation"
        constraints = [models.UniqueConstraint(fields=["business", "major", "employee"], name="policy_confirmed_once")]


class Reminder(models.Model):
    """Somebody was reminded to confirm a major version, so many days after (negative: before) it was due; once each.

    `escalated`: those who supervise were told, because they had not.
    """

    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="reminders")
    major = models.IntegerField()
    employee = models.ForeignKey("staff.Employee", on_delete=models.CASCADE, related_name="+")
    days = models.SmallIntegerField()
    escalated = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        db_table = "policy_reminder"
        constraints = [models.UniqueConstraint(fields=["business", "major", "employee", "days"], name="policy_reminded_once")]


class Proposal(models.Model):
    """What somebody of the staff proposes. An anonymous one keeps no author at all, so that nothing can tell who it was."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+")
    title = models.CharField(max_length=120)
    text = models.CharField(max_length=4000)
    author = models.ForeignKey("staff.Employee", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    answer_due_at = models.DateTimeField()
    verdict = models.CharField(max_length=10, blank=True, default="")
    answer = models.CharField(max_length=4000, blank=True, default="")
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=80, blank=True, default="")
    merged_into = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="merged")
    version = models.ForeignKey(Version, on_delete=models.SET_NULL, null=True, blank=True, related_name="proposals")
    news = models.CharField(max_length=10, blank=True, default="", db_default="", help_text="what its author has not seen yet")

    class Meta:
        db_table = "policy_proposal"
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict="", answered_at__isnull=True) | Q(verdict__in=["accepted", "declined"], answered_at__isnull=False),
                name="proposal_answered_has_verdict",
            ),
            models.CheckConstraint(condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")), name="proposal_not_into_itself"),
        ]
        indexes = [models.Index(fields=["business", "-id"], name="proposal_newest")]


class Support(models.Model):
    """Somebody is for a proposal."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="supports")
    employee = models.ForeignKey("staff.Employee", on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "policy_support"
        constraints = [models.UniqueConstraint(fields=["proposal", "employee"], name="proposal_one_support")]
