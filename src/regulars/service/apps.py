from django.apps import AppConfig


class ServiceConfig(AppConfig):
    name = "regulars.service"
    label = "service"

    def ready(self) -> None:
        from regulars.customers.queries import add_export_section
        from regulars.service.queries import cases_section, gestures_section

        add_export_section("cases", cases_section)
        add_export_section("gestures", gestures_section)
