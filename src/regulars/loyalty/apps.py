from django.apps import AppConfig


class LoyaltyConfig(AppConfig):
    name = "regulars.loyalty"
    label = "loyalty"

    def ready(self) -> None:
        from regulars.customers.queries import add_export_section
        from regulars.loyalty.queries import loyalty_section, vouchers_section

        add_export_section("loyalty", loyalty_section)
        add_export_section("vouchers", vouchers_section)
