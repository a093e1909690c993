from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "regulars.groundwork.kernel"
    label = "kernel"

    def ready(self) -> None:
        from regulars.groundwork.kernel import autoload

        autoload.load_rooms()
