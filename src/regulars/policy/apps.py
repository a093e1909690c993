from django.apps import AppConfig


class PolicyConfig(AppConfig):
    name = "regulars.policy"
    label = "policy"
