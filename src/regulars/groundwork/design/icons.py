"""Our own icons: strokes on a 24-unit square, drawn by hand, coloured by the text around them.

One icon means one thing everywhere. `{% icon "receipt" %}` draws it; it is decoration (hidden from screen readers),
so the word always stands beside it.
"""

from functools import cache

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

PATHS: dict[str, str] = {
    # The rail
    "today": '<circle cx="12" cy="12" r="4"/><path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4"/>',
    "customers": '<circle cx="9" cy="8" r="3.5"/><path d="M2.5 20c.5-4 3-6 6.5-6s6 2 6.5 6M15.5 4.9a3.5 3.5 0 0 1 0 6.2M18 14.6c2 .8 3.2 2.6 3.5 5.4"/>',
    "purchases": '<path d="M6 3h12v18l-2.4-1.6L13.2 21 12 20.2 10.8 21l-2.4-1.6L6 21zM9 8h6M9 12h6"/>',
    "insight": '<path d="M3.5 20.5h17M6.5 17v-5M11 17V6M15.5 17V9.5M20 17v-3"/>',
    "imports": '<path d="M12 3v11m-4-4 4 4 4-4M4 15v3.5A1.5 1.5 0 0 0 5.5 20h13a1.5 1.5 0 0 0 1.5-1.5V15"/>',
    "settings": '<path d="M4 7h9M19 7h1M4 17h1M11 17h9"/><circle cx="16" cy="7" r="2.5"/><circle cx="8" cy="17" r="2.5"/>',
    "more": '<circle cx="5" cy="12" r="1"/><circle cx="12" cy="12" r="1"/><circle cx="19" cy="12" r="1"/>',
    # People and places
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c.6-4.6 3.6-6.5 7.5-6.5s6.9 1.9 7.5 6.5"/>',
    "organisation": '<path d="M4 21V5l8-2v18M12 9l8 2v10M2.5 21h19M7 8.5h2M7 12.5h2M7 16.5h2M15 14h2M15 17.5h2"/>',
    "branch": '<path d="M4 10v10.5h16V10M2.5 9 5 3.5h14L21.5 9c0 1.4-1 2.3-2.3 2.3S16.8 10.4 16.8 9c0 1.4-1 2.3-2.4 2.3S12 10.4 12 9c0 1.4-1 2.3-2.4 2.3S7.2 10.4 7.2 9c0 1.4-1.1 2.3-2.4 2.3S2.5 10.4 2.5 9zM10 20.5V15h4v5.5"/>',
    "team": '<circle cx="12" cy="7" r="3"/><path d="M6.5 18c.4-3.6 2.5-5.3 5.5-5.3s5.1 1.7 5.5 5.3zM4.6 12.5a2.3 2.3 0 1 1 1-4M19.4 12.5a2.3 2.3 0 1 0-1-4M2 18c.1-1.6.7-2.8 1.7-3.5M22 18c-.1-1.6-.7-2.8-1.7-3.5"/>',
    # Ways to reach somebody
    "mail": '<rect x="3" y="5" width="18" height="14" rx="2"/><path d="m3.5 7 8.5 6 8.5-6"/>',
    "phone": '<path d="M6.5 3.5h3l1.3 4.2-2 1.5a12 12 0 0 0 6 6l1.5-2 4.2 1.3v3a2.5 2.5 0 0 1-2.7 2.5A16 16 0 0 1 4 6.2a2.5 2.5 0 0 1 2.5-2.7z"/>',
    "home": '<path d="m3 11.5 9-8 9 8M5.5 9.5v11h13v-11M10 20.5v-6h4v6"/>',
    "card": '<rect x="2.5" y="5" width="19" height="14" rx="2"/><path d="M2.5 9.5h19M6 15h4"/>',
    "globe": '<circle cx="12" cy="12" r="9"/><path d="M3 12h18M12 3c2.7 2.6 4 5.6 4 9s-1.3 6.4-4 9c-2.7-2.6-4-5.6-4-9s1.3-6.4 4-9z"/>',
    # Acts
    "add": '<path d="M12 5v14M5 12h14"/>',
    "edit": '<path d="m4 20 .8-4L16.5 4.3a1.8 1.8 0 0 1 2.6 0l.6.6a1.8 1.8 0 0 1 0 2.6L8 19.2zM14.5 6.3l3.2 3.2"/>',
    "remove": '<path d="M4.5 6.5h15M9.5 6V3.5h5V6M6.5 6.5l.8 14h9.4l.8-14M10 10.5v6M14 10.5v6"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="m15.5 15.5 5 5"/>',
    "filter": '<path d="M3.5 5h17l-6.5 8v6.5l-4-2V13z"/>',
    "download": '<path d="M12 3.5v12m-4.5-4.5 4.5 4.5 4.5-4.5M4 20.5h16"/>',
    "upload": '<path d="M12 15.5v-12M7.5 8 12 3.5 16.5 8M4 20.5h16"/>',
    "print": '<path d="M7 8V3.5h10V8M7 17H4.5A1.5 1.5 0 0 1 3 15.5v-6A1.5 1.5 0 0 1 4.5 8h15A1.5 1.5 0 0 1 21 9.5v6a1.5 1.5 0 0 1-1.5 1.5H17M7 14h10v6.5H7z"/>',
    "copy": '<rect x="8.5" y="8.5" width="12" height="12" rx="2"/><path d="M15.5 8.5v-3a2 2 0 0 0-2-2h-8a2 2 0 0 0-2 2v8a2 2 0 0 0 2 2h3"/>',
    "undo": '<path d="M8 4.5 3.5 9 8 13.5M4 9h10a6 6 0 0 1 0 12H9"/>',
    "refresh": '<path d="M20 11.5A8 8 0 0 0 6 6.3L3.5 8.8M4 12.5a8 8 0 0 0 14 5.2l2.5-2.5M3.5 4v4.8h4.8M20.5 20v-4.8h-4.8"/>',
    "link": '<path d="M10 14a4 4 0 0 0 5.7 0l3.6-3.6a4 4 0 0 0-5.7-5.7L12.5 5.8M14 10a4 4 0 0 0-5.7 0l-3.6 3.6a4 4 0 0 0 5.7 5.7l1.1-1.1"/>',
    "sign-out": '<path d="M14 4H6.5A1.5 1.5 0 0 0 5 5.5v13A1.5 1.5 0 0 0 6.5 20H14M10 12h10.5m-4-4 4 4-4 4"/>',
    "close": '<path d="m6 6 12 12M18 6 6 18"/>',
    "back": '<path d="M20 12H4m6-6-6 6 6 6"/>',
    "forward": '<path d="M4 12h16m-6-6 6 6-6 6"/>',
    "down": '<path d="m6 9.5 6 6 6-6"/>',
    # States: always beside a word
    "good": '<circle cx="12" cy="12" r="9"/><path d="m8 12.3 2.8 2.8L16 9.5"/>',
    "warn": '<path d="M12 4 2.8 20h18.4zM12 10v4.5M12 17.2v.1"/>',
    "bad": '<path d="M8.3 3h7.4L21 8.3v7.4L15.7 21H8.3L3 15.7V8.3zM12 7.5v5.5M12 16.2v.1"/>',
    "info": '<circle cx="12" cy="12" r="9"/><path d="M12 11v5.5M12 7.7v.1"/>',
    "done": '<path d="m5 12.8 4.5 4.5L19.5 7"/>',
    "circle": '<circle cx="12" cy="12" r="8.5"/>',
    "question": '<circle cx="12" cy="12" r="9"/><path d="M9.5 9.5a2.5 2.5 0 1 1 3.6 2.3c-.8.4-1.1.9-1.1 1.7M12 16.7v.1"/>',
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5.2l3.5 2"/>',
    "calendar": '<rect x="3.5" y="5" width="17" height="15.5" rx="2"/><path d="M3.5 10h17M8 3v4M16 3v4"/>',
    "lock": '<rect x="5" y="10.5" width="14" height="10" rx="2"/><path d="M8 10.5V7.5a4 4 0 0 1 8 0v3"/>',
    "key": '<circle cx="8" cy="15.5" r="4.5"/><path d="m11.3 12.2 8.2-8.2M16 7.5l3 3M13.5 10l2 2"/>',
    "leaving": '<path d="M3.5 6.5 10 13l4-4 6.5 7M20.5 11v5h-5"/>',
    "staying": '<path d="M3.5 17 10 10.5l4 4L20.5 8M15.5 8h5v5"/>',
    "repeat": '<path d="M4 11V9.5A3.5 3.5 0 0 1 7.5 6H20m-3.5-3.5L20 6l-3.5 3.5M20 13v1.5a3.5 3.5 0 0 1-3.5 3.5H4m3.5 3.5L4 18l3.5-3.5"/>',
    "star": '<path d="m12 3.5 2.6 5.5 6 .8-4.4 4.2 1.1 6L12 17.1 6.7 20l1.1-6-4.4-4.2 6-.8z"/>',
    "leaf": '<path d="M5 19C4 10 9 4.5 20 4c.3 10-5 16-13 14M5 20.5C7 15 10 11.5 14.5 9.5"/>',
    "cup": '<path d="M4.5 8.5h12v6a5 5 0 0 1-5 5h-2a5 5 0 0 1-5-5zM16.5 10H18a2.5 2.5 0 0 1 0 5.5h-1.7M8 5.5c0-1.3 1-1.2 1-2.5M12 5.5c0-1.3 1-1.2 1-2.5"/>',
    "box": '<path d="m3.5 7.5 8.5-4 8.5 4v9l-8.5 4-8.5-4zM3.5 7.5l8.5 4 8.5-4M12 11.5v9"/>',
    "tag": '<path d="M3.5 4.5v7l9 9 8-8-9-9h-7zM8 8v.1"/>',
    "money": '<ellipse cx="12" cy="7" rx="8" ry="3.5"/><path d="M4 7v5c0 1.9 3.6 3.5 8 3.5s8-1.6 8-3.5V7M4 12v5c0 1.9 3.6 3.5 8 3.5s8-1.6 8-3.5v-5"/>',
    "note": '<path d="M5 3.5h14v11.5l-5.5 5.5H5zM13.5 20.5V15H19M8.5 8h7M8.5 11.5h5"/>',
    "table": '<rect x="3.5" y="4.5" width="17" height="15" rx="2"/><path d="M3.5 9.5h17M3.5 14.5h17M9.5 9.5v10"/>',
    "scale": '<path d="M12 3.5v17M7 20.5h10M5 7l7-1.5L19 7M5 7l-2.5 6.5a3 3 0 0 0 5 0zM19 7l-2.5 6.5a3 3 0 0 0 5 0z"/>',
    "sun": '<circle cx="12" cy="12" r="4"/><path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4"/>',
    "moon": '<path d="M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z"/>',
    "keyboard": '<rect x="2.5" y="6" width="19" height="12" rx="2"/><path d="M6.5 10h.1M10 10h.1M13.5 10h.1M17 10h.1M6.5 14h.1M9.5 14h5M17.5 14h.1"/>',
    "regulars": '<path d="M19 12a7 7 0 1 1-2.3-5.2M19.5 3.5V7.5h-4"/><path d="M12 15.2s-3.2-1.9-3.2-4.1A1.7 1.7 0 0 1 12 10.2a1.7 1.7 0 0 1 3.2.9c0 2.2-3.2 4.1-3.2 4.1z"/>',
}


@cache
def draw(name: str, *, css_class: str = "") -> SafeString:
    """Return one icon as inline SVG. An unknown name is a mistake of the page's author and fails loudly."""
    return format_html(
        '<svg class="icon{}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>',
        f" {css_class}" if css_class else "",
        mark_safe(PATHS[name]),  # noqa: S308 - our own constants
    )
