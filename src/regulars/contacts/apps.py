from django.apps import AppConfig


class ContactsConfig(AppConfig):
    name = "regulars.contacts"
    label = "contacts"

    def ready(self) -> None:
        from regulars.contacts.queries import (
            budget_section,
            contacts_section,
            freezes_section,
            in_touch_since,
            promises_section,
            story_section,
        )
        from regulars.customers.queries import add_export_section, add_life_sign

        add_export_section("contacts", contacts_section)
        add_export_section("promises", promises_section)
        add_export_section("story", story_section)
        add_export_section("contact_budget", budget_section)
        add_export_section("held_back", freezes_section)
        add_life_sign("contacts", in_touch_since)
