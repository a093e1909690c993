from django.apps import AppConfig


class BusinessConfig(AppConfig):
    name = "regulars.business"
    label = "business"
