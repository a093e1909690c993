"""Whether a text in another language promises the same: words for people may differ, everything that clocks and limits obey may not."""

from __future__ import annotations

from typing import Any

from regulars.policy.rules.document import Policy

WORDS = ("title", "language", "preamble")
LISTS = ("levels", "named_persons", "authority", "promises")


def differences(one: Policy, other: Policy) -> list[str]:
    """Where the second promises something else than the first: places, in the order of the document; none when both say the same."""
    first, second = _obeyed(one), _obeyed(other)
    found = [f"/{name}" for name in first if name not in LISTS and first[name] != second[name]]
    for name in LISTS:
        mine, theirs = first[name], second[name]
        if len(mine) != len(theirs):
            found.append(f"/{name}")
            continue
        found += [f"/{name}/{place}" for place, (left, right) in enumerate(zip(mine, theirs, strict=True)) if left != right]
    return found


def _obeyed(policy: Policy) -> dict[str, Any]:
    document = {name: getattr(policy, name) for name in type(policy).model_fields if name not in (*WORDS, *LISTS)}
    for name in LISTS:
        document[name] = [row.model_dump(exclude={"text"}) for row in getattr(policy, name)]
    return document
