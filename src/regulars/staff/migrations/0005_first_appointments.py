"""Who worked here already gets the roles that the facts tell of, and without any the present one from the day they joined."""

from django.db import migrations

TELLING = ("staff.EmployeeJoined", "staff.EmployeeAppointed")


def tell(apps, schema_editor):
    appointment = apps.get_model("staff", "Appointment")
    told = {}
    for fact in apps.get_model("kernel", "FactRow").objects.filter(name__in=TELLING).order_by("pk").iterator():
        told.setdefault(fact.body["employee_id"], []).append((fact.body["role"], fact.at, fact.actor))
    rows = []
    for person in apps.get_model("staff", "Employee").objects.all():
        known = told.get(person.pk) or [(person.role, person.joined_at, "system:upgrade")]
        rows += [appointment(employee=person, role=role, at=at, actor=actor) for role, at, actor in known]
    appointment.objects.bulk_create(rows)


class Migration(migrations.Migration):
    dependencies = [("staff", "0004_certificates"), ("kernel", "0001_initial")]
    operations = [migrations.RunPython(tell, migrations.RunPython.noop)]
