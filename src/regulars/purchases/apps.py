from django.apps import AppConfig


class PurchasesConfig(AppConfig):
    name = "regulars.purchases"
    label = "purchases"

    def ready(self) -> None:
        from regulars.contacts.queries import add_timeline_source
        from regulars.purchases.queries import timeline_lines

        add_timeline_source("purchases", timeline_lines)
