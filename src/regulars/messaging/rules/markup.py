"""Foreign HTML made harmless: an allow-list of tags and attributes, no style, no form, no script, links that tell nobody where they came from.

What is left is still shown only in a sandboxed frame with a policy of its own.
"""

from __future__ import annotations

import base64
import html
import re
from dataclasses import dataclass

import nh3

TAGS = {
    "a",
    "abbr",
    "address",
    "b",
    "bdo",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "section",
    "small",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
    "var",
    "wbr",
}
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height", "title"},
    "td": {"colspan", "rowspan", "align", "valign"},
    "th": {"colspan", "rowspan", "align", "valign"},
    "ol": {"start"},
    "*": {"dir", "lang"},
}
SILENT = {
    "script",
    "style",
    "title",
    "svg",
    "math",
    "noscript",
    "template",
    "iframe",
    "object",
    "embed",
    "form",
    "select",
    "textarea",
    "head",
}
DEPTH_MAX = 200
_CLEANER_OPTIONS = {
    "tags": TAGS,
    "clean_content_tags": SILENT,
    "attributes": ATTRIBUTES,
    "url_schemes": {"http", "https", "mailto", "tel", "cid", "data"},
    "strip_comments": True,
    "link_rel": "noopener noreferrer nofollow",
}


@dataclass(frozen=True)
class Shown:
    """Harmless markup, and how many remote pictures were left out of it."""

    markup: str
    blocked_pictures: int


def shown_markup(markup: str, *, pictures: dict[str, tuple[str, bytes]], with_remote_pictures: bool) -> Shown:
    """Clean a mail's HTML. `pictures` are those that came along, by content id; remote ones only `with_remote_pictures`."""
    blocked = 0

    def decide(tag: str, attribute: str, value: str) -> str | None:
        nonlocal blocked
        if tag == "img" and attribute == "src":
            kept = _picture(value, pictures, with_remote_pictures)
            blocked += kept is None and value.lower().lstrip().startswith(("http:", "https:", "//"))
            return kept
        if attribute == "href":
            return value if re.match(r"\s*(?:https?:|mailto:|tel:)", value, re.IGNORECASE) else None
        return value

    if _depth(markup) > DEPTH_MAX:
        flat = re.sub(r"<[^<>]*>", " ", markup)
        return Shown(f"<pre>{html.escape(html.unescape(flat))}</pre>", 0)
    clean = nh3.clean(markup, attribute_filter=decide, set_tag_attribute_values={"a": {"target": "_blank"}}, **_CLEANER_OPTIONS)  # type: ignore[arg-type]
    return Shown(clean, blocked)


def _picture(source: str, pictures: dict[str, tuple[str, bytes]], with_remote: bool) -> str | None:
    flat = source.strip()
    if flat.lower().startswith("cid:"):
        found = pictures.get(flat[4:])
        return f"data:{found[0]};base64,{base64.b64encode(found[1]).decode()}" if found else None
    if re.match(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*$", flat):
        return flat
    return flat if with_remote and re.match(r"https?://", flat, re.IGNORECASE) else None


def _depth(markup: str) -> int:
    """How deep elements are nested, roughly and in one pass: deep trees cost a browser more than they say."""
    depth = deepest = 0
    for match in re.finditer(
        r"<(/?)(?:div|span|table|tbody|tr|td|blockquote|ul|ol|li|b|i|p|a|center|font|section)\b", markup, re.IGNORECASE
    ):
        depth = max(0, depth - 1) if match[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest
