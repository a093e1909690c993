"""Addresses of the design. `project` includes them under `/design/`.

Assets, accent and the visitor's choices are always there and need no sign-in; the style guide only when
`DEBUG` or `REGULARS_STYLE_GUIDE` is set.
"""

from django.conf import settings
from django.urls import URLPattern, path, re_path

from . import guide, views

app_name = "design"

urlpatterns: list[URLPattern] = [
    re_path(r"^assets/(?P<fingerprint>[0-9a-f]{12})/(?P<name>[a-z/.-]+)$", views.asset, name="asset"),
    re_path(r"^accent/(?P<digits>[0-9a-f]{6})\.css$", views.accent, name="accent"),
    path("mark.svg", views.favicon, name="favicon"),
    path("theme", views.choose_theme, name="theme"),
    path("shortcuts", views.choose_shortcuts, name="shortcuts"),
]

STYLE_GUIDE: list[URLPattern] = [
    path("", guide.cover, name="guide"),
    path("layouts/<slug:name>", guide.layout, name="guide_layout"),
    path("<slug:name>", guide.page, name="guide_page"),
]

if settings.DEBUG or getattr(settings, "REGULARS_STYLE_GUIDE", False):
    urlpatterns += STYLE_GUIDE
