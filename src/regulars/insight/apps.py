from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "regulars.insight"
    label = "insight"

    def ready(self) -> None:
        from regulars.customers.queries import add_export_section
        from regulars.insight.queries import figures_section

        add_export_section("figures", figures_section)
