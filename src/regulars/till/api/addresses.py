"""The addresses of the API, under the prefix that the project gives them."""

from __future__ import annotations

from regulars.till.api import api

urlpatterns = api.urls[0]
