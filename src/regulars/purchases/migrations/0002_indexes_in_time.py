"""The indexes of a customer's story and of the newest purchases, now ascending: they are read backwards and filled at their end."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("purchases", "0001_initial")]

    operations = [
        migrations.AddIndex("purchase", models.Index(fields=["customer", "at", "id"], name="purchase_by_customer")),
        migrations.AddIndex("purchase", models.Index(fields=["business", "at", "id"], name="purchase_by_time")),
        migrations.RemoveIndex("purchase", "purchase_story"),
        migrations.RemoveIndex("purchase", "purchase_newest"),
    ]
