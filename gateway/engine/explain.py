"""What an operation did: which executor answered it, and every statement that it sent, with the size of its batch, its
rows and its time.

A statement is told without the values that it carried.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from resolvers.context import Handles, Statement
from resolvers.sharing import SharedLoads
from resolvers.stores import POSTGRES

BATCHES = {"$in", "$documents"}
SAID_BY_US = {"$sort", "$limit", "$skip", "$project", "$group"}
"""Stages whose numbers are directions, limits and projections, and no values."""


@dataclass(slots=True)
class Explained:
    """Listens to one operation."""

    statements: list[dict[str, Any]] = field(default_factory=list)
    began: float = field(default_factory=time.perf_counter)

    def listening(self, handles: Handles) -> Handles:
        """Handles for this operation alone, which shares no statement with others."""

        def observe(statement: Statement) -> None:
            handles.observe(statement)
            self.statements.append(told(statement, time.perf_counter() - self.began))

        return replace(handles, observe=observe, loads=SharedLoads())

    def told(self, declined: str | None) -> dict[str, Any]:
        """`declined` is why the engine did not answer, where it did not."""
        executor = {"executor": "engine"} if declined is None else {"executor": "graphql-core", "reason": declined}
        return {**executor, "ms": milliseconds(time.perf_counter() - self.began), "statements": self.statements}


def told(statement: Statement, ended: float) -> dict[str, Any]:
    text = statement.text if statement.store == POSTGRES else shape(statement.values)
    return {
        "store": statement.store,
        "target": statement.target,
        "statement": text,
        "batch": batch_size(statement.values),
        "rows": statement.rows,
        "startedAtMs": milliseconds(ended - statement.seconds),
        "ms": milliseconds(statement.seconds),
    }


def milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 3)


def batch_size(values: Any) -> int:
    """How many keys a statement looked up at once; 1 for one that looks up none."""
    return max([len(each) for each in lists_in(values)], default=1)


def lists_in(values: Any) -> list[Sequence[Any]]:
    if isinstance(values, tuple):
        return [each for each in values if isinstance(each, list)]
    if isinstance(values, Mapping):
        own = [each for name, each in values.items() if name in BATCHES and isinstance(each, list)]
        return own + [found for each in values.values() for found in lists_in(each)]
    if isinstance(values, list):
        return [found for each in values for found in lists_in(each)]
    return []


def shape(sent: Any, *, is_ours: bool = False) -> Any:
    """A filter or a pipeline without its values."""
    if isinstance(sent, Mapping):
        return {
            name: "?" if name in BATCHES else shape(each, is_ours=is_ours or name in SAID_BY_US)
            for name, each in sent.items()
        }
    if isinstance(sent, list | tuple):
        return [shape(each, is_ours=is_ours) for each in sent]
    is_plain = is_ours and isinstance(sent, int)
    return sent if is_plain or (isinstance(sent, str) and sent.startswith("$")) else "?"
