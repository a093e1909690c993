"""`<c-badge>` and its like: those that `design.drawn` draws go there straight; the others stay templates of their own."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.base import Node, NodeList, Parser, Token
from django.template.context import Context
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django_cotton.templatetags import Attrs, UnprocessableDynamicAttr
from django_cotton.templatetags._component import AttrKind, CottonComponentNode, PreparedAttr, cotton_component
from django_cotton.templatetags._slot import CottonSlotNode
from django_cotton.utils import get_cotton_data

from regulars.groundwork.design.drawn import COMPONENTS, Drawing, drawn

register = template.Library()


@register.tag("cotton")
def component(parser: Parser, token: Token) -> Node:
    """The tag that every `<c-…>` becomes."""
    node = cotton_component(parser, token)
    return DrawnComponent(node) if node.component_name in COMPONENTS else node


class DrawnComponent(Node):
    """One use of a drawn component: what never changes is read once, when the page's template is."""

    def __init__(self, node: CottonComponentNode) -> None:
        self.name = node.component_name
        self.nodelist: NodeList = node.nodelist
        self.has_slots = bool(self.nodelist.get_nodes_by_type(CottonSlotNode))
        known = COMPONENTS[self.name].names
        fixed = [one for one in node._prepared_attrs if one.kind in (AttrKind.BOOLEAN, AttrKind.STATIC)]
        self.fixed = {one.key: one.value for one in fixed if one.key in known}
        self.fixed_more = "".join(_attribute(one.key, one.value) for one in fixed if one.key not in known)
        changing = [one for one in node._prepared_attrs if one not in fixed]
        self.changing = [one for one in changing if one.key in known]
        self.changing_more = [one for one in changing if one.key not in known]

    def render(self, context: Context) -> SafeString:
        """Attributes, then what stands inside, then the drawing."""
        said = self.fixed | {one.key: _value(one, context) for one in self.changing} if self.changing else self.fixed
        more = self.fixed_more + "".join(_attribute(one.key, conditional_escape(_value(one, context))) for one in self.changing_more)
        if not self.has_slots:
            return drawn(self.name, Drawing(said, more, self.nodelist.render(context)))
        slots: dict[str, str] = {}
        stack = get_cotton_data(context)["stack"]
        stack.append({"key": self.name, "attrs": Attrs({}), "slots": slots})
        try:
            inside = self.nodelist.render(context)
        finally:
            stack.pop()
        return drawn(self.name, Drawing(said, more, inside, slots))


def _value(one: PreparedAttr, context: Context) -> Any:
    """What an attribute says on this page."""
    if one.kind == AttrKind.ESCAPED:
        return one.compiled.render(context) if one.compiled else one.value
    try:
        return one.compiled.resolve(context)
    except UnprocessableDynamicAttr:
        return "" if one.kind == AttrKind.DYNAMIC else one.value


def _attribute(name: str, value: Any) -> str:
    """A further attribute as markup; a value that is written in a template is markup already."""
    if value is True:
        return f" {name}"
    text = str(value)
    return f" {name}='{text}'" if '"' in text else f' {name}="{text}"'


__all__ = ["DrawnComponent", "component", "register"]
