from django.apps import AppConfig


class TillConfig(AppConfig):
    name = "regulars.till"
    label = "till"
