"""What is known: short articles that an answer can be taken from."""

from __future__ import annotations

from django.db import models

from regulars.groundwork.kernel.ids import new_id


class Article(models.Model):
    """A piece of knowledge: a question people ask, and the answer; `places` of messages may stand in it when it serves as a canned reply."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    business = models.ForeignKey("business.Business", on_delete=models.CASCADE, related_name="+", db_index=False)
    title = models.CharField(max_length=120)
    text = models.TextField()
    natures = models.JSONField(default=list)
    used = models.IntegerField(default=0)
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=80)
    retired = models.BooleanField(default=False)

    class Meta:
        db_table = "service_article"
        constraints = [models.UniqueConstraint(fields=["business", "title"], name="article_once")]

    def __str__(self) -> str:
        return self.title
