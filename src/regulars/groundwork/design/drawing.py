"""What a page says of a component that Python draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.html import conditional_escape

from regulars.groundwork.design.icons import draw


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a page says inside the tag: the component's own attributes, further ones as markup (" id=…" with its space), and the slots."""

    said: Mapping[str, Any]
    more: str = ""
    inside: str = ""
    slots: Mapping[str, str] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Whether an attribute is there and not empty."""
        return bool(self.said.get(name))

    def text(self, name: str, otherwise: str = "") -> str:
        """An attribute, escaped."""
        value = self.said.get(name, otherwise)
        return conditional_escape(value) if value != "" else ""

    def icon(self, name: str, otherwise: str = "") -> str:
        """The icon that an attribute names; none where there is no name."""
        chosen = str(self.said.get(name) or otherwise)
        return draw(chosen) if chosen else ""

    def slot(self, name: str) -> str:
        """A named slot, or the attribute of that name."""
        return self.slots.get(name) or self.text(name)


@dataclass(frozen=True, slots=True)
class Component:
    """The attributes that a component knows, and how it is drawn."""

    names: frozenset[str]
    draw: Callable[[Drawing], str]
