"""Addresses of the whole program."""

from django.urls import URLPattern, URLResolver, include, path

from regulars.desk.web import health
from regulars.till.api import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("health", health.health, name="health"),
    path("ready", health.ready, name="ready"),
    path("metrics", health.metrics, name="metrics"),
    path("design/", include("regulars.groundwork.design.urls")),
    path("api/v1/", api.urls),
    path("", include("regulars.desk.web.urls")),
]
