"""Which paragraph holds for a case."""

from __future__ import annotations

from collections.abc import Mapping

from regulars.policy.rules.document import Policy
from regulars.policy.rules.parts import Level


def level_for(policy: Policy, *, nature: str, priority: str, channel: str, traits: Mapping[str, str]) -> Level | None:
    """The first level by position that fits: each list that it names holds the case's word, each trait that it names has one of its values."""
    for level in policy.levels:
        lists = ((level.natures, nature), (level.priorities, priority), (level.channels, channel))
        if all(not wanted or word in wanted for wanted, word in lists) and all(
            traits.get(name) in values for name, values in level.traits.items()
        ):
            return level
    return None


def traits_named(policy: Policy) -> frozenset[str]:
    """The customer traits that its paragraphs ask for."""
    of_levels = {name for one in policy.levels for name in one.traits}
    return frozenset(of_levels | {name for one in policy.named_persons for name in one.traits})
