from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "regulars.messaging"
    label = "messaging"

    def ready(self) -> None:
        from regulars.customers.queries import add_export_section
        from regulars.messaging.queries import messages_section

        add_export_section("messages", messages_section)
