from django.apps import AppConfig


class PurchasesConfig(AppConfig):
    name = "regulars.purchases"
    label = "purchases"

    def ready(self) -> None:
        from regulars.contacts.queries import add_timeline_source
        from regulars.customers.queries import add_export_section, add_life_sign
        from regulars.purchases.queries import bought_since, purchases_section, timeline_lines

        add_timeline_source("purchases", timeline_lines)
        add_export_section("purchases", purchases_section)
        add_life_sign("purchases", bought_since)
