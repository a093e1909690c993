"""The authorisation table: which roles and key scopes may call which route with which method. Data, not code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from regulars.staff.rules.roles import Actor, Role

READ = ("GET", "HEAD")


@dataclass(frozen=True)
class Row:
    """One line of the table. `public` needs nobody signed in; else a role or a key scope must match.

    `fresh` rows also want a recent proof of who the person is: exports, rights, keys, erasure.
    """

    route: str
    methods: tuple[str, ...]
    roles: frozenset[Role] = frozenset()
    scope: str = ""
    public: bool = False
    fresh: bool = False

    def allows(self, actor: Actor | None) -> bool:
        """Whether this caller may pass."""
        if self.public:
            return True
        if actor is None:
            return False
        if actor.kind == "key":
            return bool(self.scope) and self.scope in actor.scopes
        return actor.role in self.roles


class Table:
    """All rows, found by route and method. What has no row is refused."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows: dict[tuple[str, str], Row] = {}
        for row in rows:
            for method in row.methods:
                if (row.route, method) in self.rows:
                    raise ValueError(f"two rows for {method} {row.route}")
                self.rows[row.route, method] = row

    def row(self, route: str, method: str) -> Row | None:
        """The row of a route and method; None is a refusal."""
        return self.rows.get((route, method))

    def routes(self) -> set[str]:
        """All routes that have a row."""
        return {route for route, _method in self.rows}

    def methods(self, route: str) -> set[str]:
        """The methods that a route's rows name."""
        return {method for known, method in self.rows if known == route}
