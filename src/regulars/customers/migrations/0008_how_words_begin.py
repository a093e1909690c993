"""How search words begin, gathered by customer; on PostgreSQL an inverted index over the pieces intersects them.

The index's list of new entries is kept short: each search reads it through. Beginnings are written here as `rules.names.beginnings_of`
writes them, for customers who are there already.
"""

import django.db.models.deletion
from django.db import migrations, models

INDEX = (
    "CREATE INDEX search_beginnings ON customers_searchbeginnings USING gin (string_to_array(beginnings, ' ')) "
    "WITH (gin_pending_list_limit = 256)"
)
KNOWN = """
INSERT INTO customers_searchbeginnings (customer_id, beginnings)
SELECT customer_id, string_agg(DISTINCT left(word, size), ' ' ORDER BY left(word, size))
FROM customers_searchword, generate_series(2, 4) size
WHERE left(word, size) ~ '^[^\\x01-`{-\\x7f]+$' AND length(word) >= size GROUP BY customer_id
"""


def gather(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(KNOWN)
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else the index has to wait for checks of what was just written
        schema_editor.execute(INDEX)
    else:
        _gather_here(apps)


def _gather_here(apps):
    from regulars.customers.rules.names import beginnings_of

    found = {}
    for customer, word in apps.get_model("customers", "SearchWord").objects.values_list("customer_id", "word").iterator():
        found.setdefault(customer, set()).add(word)
    beginnings = apps.get_model("customers", "SearchBeginnings")
    rows = (beginnings(customer_id=customer, beginnings=text) for customer, words in found.items() if (text := beginnings_of(words)))
    beginnings.objects.bulk_create(rows, batch_size=2000)


class Migration(migrations.Migration):
    dependencies = [("customers", "0007_who_resembles_whom")]
    operations = [
        migrations.CreateModel(
            name="SearchBeginnings",
            fields=[
                (
                    "customer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_beginnings",
                        serialize=False,
                        to="customers.customer",
                    ),
                ),
                ("beginnings", models.TextField()),
            ],
            options={"db_table": "customers_searchbeginnings"},
        ),
        migrations.RunPython(gather, migrations.RunPython.noop),
    ]
