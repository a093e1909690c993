"""What two records share, and which sharing is the stronger sign of one person."""

from __future__ import annotations

from collections.abc import Collection

# The strongest first: two signs weigh more than one, an address more than a number, a name by itself little.
SIGNS = (
    ("email", "phone", "name"),
    ("email", "phone"),
    ("email", "name"),
    ("phone", "name"),
    ("email",),
    ("phone",),
    ("name",),
)
# An address of more records than this is that of an office or a shop, and a sign of nothing.
SHARED_MOST = 6


def strength_of(signs: Collection[str]) -> int:
    """The strength (7 the strongest, 1 a name alone) of what is shared: email, phone, name, at least one of them."""
    return len(SIGNS) - SIGNS.index(tuple(one for one in SIGNS[0] if one in signs))


def signs_of(strength: int) -> tuple[str, ...]:
    """What a strength stands for."""
    return SIGNS[len(SIGNS) - strength]
