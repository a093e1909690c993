"""Customers who were there before likenesses were kept are compared by the worker, once, and not only in the night to come."""

from django.db import migrations


def compare(apps, schema_editor):
    if not apps.get_model("customers", "Customer").objects.exists():
        return
    # The moments at which a job is due and was queued come from the database.
    job = {"kind": "customers.compare", "lane": "long", "key": "once:likeness", "payload": {}}
    apps.get_model("kernel", "Job").objects.bulk_create([apps.get_model("kernel", "Job")(**job)], ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0008_how_words_begin"),
        ("kernel", "0004_kept_answers_as_text"),
    ]

    operations = [migrations.RunPython(compare, migrations.RunPython.noop)]
