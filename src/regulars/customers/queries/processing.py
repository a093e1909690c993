"""The record of processing activities (GDPR, Article 30), made from what the program really does."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from regulars.business.queries import Scope, business_of
from regulars.customers.queries.exporting import section_names
from regulars.customers.queries.permitting import purposes_of
from regulars.customers.queries.retaining import retention_rules
from regulars.groundwork.kernel.inventory import stored_columns


def processing_record(*, scope: Scope) -> dict[str, Any]:
    """Who, for what purposes on what ground, which categories in which tables, kept how long, given to whom."""
    classes: dict[str, str] = import_string(settings.PERSONAL_CLASSES)
    stored = stored_columns()
    return {
        "controller": business_of(scope=scope).name,
        "purposes": [{"name": one.name, "label": _(one.label), "ground": one.basis.value} for one in purposes_of(scope=scope).values()],
        "people": [_("customers and prospects"), _("employees")],
        "categories": [
            {
                "class": name,
                "meaning": meaning,
                "tables": sorted({one.table for one in stored if one.kind == name}),
                "columns": sum(one.kind == name for one in stored),
            }
            for name, meaning in classes.items()
            if name != "plain"
        ],
        "kept": [
            {"rule": one.subject.name, "meaning": one.meaning, "days": one.days if one.enabled else None}
            for one in retention_rules(scope=scope)
        ],
        "given_to": [_("the business's own mail server, for messages to the customer"), _("the customer, on request (access export)")],
        "handed_out_on_request": section_names(),
        "measures": [
            _("roles and branches; every route is decided by one table"),
            _("an audit trail that shows every change"),
            _("erasure with a journal that is replayed after a restore"),
        ],
    }
