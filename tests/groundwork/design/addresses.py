"""The design's addresses with the style guide, whatever the settings say."""

from django.urls import URLPattern, URLResolver, include, path

from regulars.groundwork.design import urls

urlpatterns: list[URLPattern | URLResolver] = [path("design/", include(([*urls.urlpatterns, *urls.STYLE_GUIDE], "design")))]
