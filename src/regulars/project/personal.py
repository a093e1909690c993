"""The inventory of what is stored about people: every column that can hold a text, and what class it is of. A column without a class
fails the check (`regulars customers inventory --check`), so nobody adds one unnoticed (decision D21).

Classes: `identity` says who somebody is · `reach` how to reach them · `words` free text by or about them · `conduct` what they did, allowed
or like · `staff` about employees · `secret` something that opens a door · `digest` a digest that leads to nobody without its key ·
`plain` nothing about a person (codes, settings, the business's own texts).
"""

from __future__ import annotations

CLASSES = {
    "identity": "who somebody is",
    "reach": "how to reach them",
    "words": "free text by or about them",
    "conduct": "what they did, allowed or like",
    "staff": "about employees",
    "secret": "something that opens a door",
    "digest": "a digest that leads to nobody without its key",
    "plain": "nothing about a person",
}

# table → (class of a column unless it is named, the columns that are of another class)
PERSONAL: dict[str, dict[str, str]] = {
    "auth_group": {"name": "plain"},
    "auth_permission": {"name": "plain", "codename": "plain"},
    "business_branch": {"code": "plain", "name": "plain", "zone": "plain", "address": "plain", "closed_on": "plain"},
    "business_business": {"name": "plain", "zone": "plain", "currency": "plain", "languages": "plain", "accent": "plain"},
    "business_holiday": {"on": "plain", "name": "plain"},
    "django_content_type": {"app_label": "plain", "model": "plain"},
    "django_session": {"session_key": "secret", "session_data": "staff"},
}
