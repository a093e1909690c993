"""What people have shown that they can: certificates that run out."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from regulars.groundwork.kernel.ids import new_id


class CertificateKind(models.Model):
    """A kind of certificate in the business's own words. `code` is what the policy calls it; `months` empty: it never runs out.

    Who renews it within `window_days` before it runs out loses nothing of the old one's time.
    """

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    months = models.SmallIntegerField(null=True, blank=True)
    window_days = models.SmallIntegerField(default=60)
    actor = models.CharField(max_length=80, default="")

    class Meta:
        db_table = "staff_certificatekind"
        constraints = [
            models.UniqueConstraint(fields=["business", "code"], name="certificate_kind_once"),
            models.CheckConstraint(condition=Q(months__isnull=True) | Q(months__gte=1, months__lte=600), name="certificate_kind_lasts"),
            models.CheckConstraint(condition=Q(window_days__gte=0, window_days__lte=365), name="certificate_kind_window"),
        ]

    def __str__(self) -> str:
        return self.name


class Certificate(models.Model):
    """Somebody has one: achieved on a day, good through the end of another (empty: for good), in the zone of the business."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    kind = models.ForeignKey(CertificateKind, on_delete=models.PROTECT, related_name="certificates")
    employee = models.ForeignKey("staff.Employee", on_delete=models.CASCADE, related_name="certificates")
    achieved_on = models.DateField()
    valid_through = models.DateField(null=True, blank=True)
    verifier = models.CharField(max_length=120)
    reference = models.CharField(max_length=200, blank=True, default="")
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=80)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.CharField(max_length=80, blank=True, default="")
    revoked_reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        db_table = "staff_certificate"
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_through__isnull=True) | Q(valid_through__gte=F("achieved_on")), name="certificate_has_days"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_reason="") | (Q(revoked_at__isnull=False) & ~Q(revoked_reason="")),
                name="certificate_revoked_for_a_reason",
            ),
            models.UniqueConstraint(
                fields=["employee", "kind", "achieved_on"], condition=Q(revoked_at__isnull=True), name="certificate_once_a_day"
            ),
        ]
        indexes = [models.Index(fields=["kind", "valid_through"], name="certificate_by_end")]


class CertificateDocument(models.Model):
    """The paper itself, byte for byte, apart from the row so that no list loads it."""

    certificate = models.OneToOneField(Certificate, on_delete=models.CASCADE, related_name="document")
    file_name = models.CharField(max_length=120)
    content = models.BinaryField()
    digest = models.CharField(max_length=64)

    class Meta:
        db_table = "staff_certificatedocument"


class CertificateReminder(models.Model):
    """Somebody was told that a certificate runs out in so many days, once. `noted_at`: they have said that they know."""

    certificate = models.ForeignKey(Certificate, on_delete=models.CASCADE, related_name="reminders")
    days_before = models.SmallIntegerField()
    at = models.DateTimeField()
    noted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "staff_certificatereminder"
        constraints = [models.UniqueConstraint(fields=["certificate", "days_before"], name="certificate_reminded_once")]


class CoachingNote(models.Model):
    """What a coach and the coached person agreed on, from which evidence. For the two of them alone: nobody else ever sees it."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    coach = models.ForeignKey("staff.Employee", on_delete=models.CASCADE, related_name="+")
    coachee = models.ForeignKey("staff.Employee", on_delete=models.CASCADE, related_name="+")
    evidence = models.CharField(max_length=4000)
    link = models.CharField(max_length=500, blank=True, default="")
    actions = models.CharField(max_length=4000)
    follow_up_on = models.DateField(null=True, blank=True)
    written_at = models.DateTimeField()
    reply = models.CharField(max_length=4000, blank=True, default="")
    replied_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=4000, blank=True, default="")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "staff_coachingnote"
        constraints = [
            models.CheckConstraint(condition=~Q(coach=F("coachee")), name="coaching_takes_two"),
            models.CheckConstraint(
                condition=Q(reply="", replied_at__isnull=True) | (~Q(reply="") & Q(replied_at__isnull=False)),
                name="coaching_reply_has_time",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", closed_at__isnull=True) | (~Q(outcome="") & Q(closed_at__isnull=False)),
                name="coaching_end_has_words",
            ),
        ]
        indexes = [
            models.Index(fields=["coachee", "-written_at"], name="coaching_of_coachee"),
            models.Index(fields=["coach", "-written_at"], name="coaching_by_coach"),
        ]
