"""What every page needs of the design: the visitor's theme and whether single-key shortcuts are on."""

from django.http import HttpRequest

THEMES = ("system", "light", "dark")
THEME_COOKIE = "theme"
SHORTCUTS_COOKIE = "shortcuts"


def look(request: HttpRequest) -> dict[str, str]:
    """Template context processor: `theme` (system, light, dark) and `shortcuts` (on, off)."""
    theme = request.COOKIES.get(THEME_COOKIE, "system")
    shortcuts = request.COOKIES.get(SHORTCUTS_COOKIE, "on")
    return {
        "theme": theme if theme in THEMES else "system",
        "shortcuts": "off" if shortcuts == "off" else "on",
    }
