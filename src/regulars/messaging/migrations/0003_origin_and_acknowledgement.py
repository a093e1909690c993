from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0002_sending"),
    ]

    operations = [
        migrations.AddField(
            model_name="mailbox",
            name="acknowledges",
            field=models.BooleanField(db_default=False, default=False, help_text="answers people's first mail by machine that it arrived"),
        ),
        migrations.AddField(
            model_name="message",
            name="origin",
            field=models.CharField(
                blank=True, db_default="", default="", help_text="what it came with as a whole: the demo", max_length=20
            ),
        ),
        migrations.AddField(
            model_name="receipt",
            name="origin",
            field=models.CharField(
                blank=True, db_default="", default="", help_text="what it came with as a whole: the demo", max_length=20
            ),
        ),
    ]
