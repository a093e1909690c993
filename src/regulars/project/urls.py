"""Addresses of the whole program."""

from django.urls import URLPattern, URLResolver, include, path
from django.urls.resolvers import RoutePattern

from regulars.desk.web import health


class Later(URLResolver):
    """Addresses of a module that loads when one of them is asked for, not when the address book of the others is opened."""

    def _populate(self) -> None:
        if "urlconf_module" in self.__dict__:
            super()._populate()


urlpatterns: list[URLPattern | URLResolver] = [
    path("health", health.health, name="health"),
    path("ready", health.ready, name="ready"),
    path("metrics", health.metrics, name="metrics"),
    path("design/", include("regulars.groundwork.design.urls")),
    Later(RoutePattern("api/v1/"), "regulars.till.api.addresses", app_name="ninja", namespace="api"),
    path("", include("regulars.desk.web.urls")),
]
