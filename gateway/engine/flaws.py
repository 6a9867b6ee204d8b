"""Errors of fields that the engine knows itself.

A flaw stands in the answer where the field's value would, until the whole answer is there; then each is replaced by
null, and its path is the way on which it was found.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from graphql import FieldNode, GraphQLError, located_error

from resolvers.refusals import Refusal


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A field of an operation: where its text stands, and whether the answer may have null there."""

    nodes: tuple[FieldNode, ...]
    is_nullable: bool


class Flaw:
    """Stands for a value that cannot be had."""

    __slots__ = ("_error", "place", "refusal")

    def __init__(self, place: Place, refusal: Refusal) -> None:
        self.place, self.refusal = place, refusal
        self._error: GraphQLError | None = None

    def at(self, path: Sequence[str | int]) -> GraphQLError:
        """The error at a path.  The text is searched for its line once, not for every row."""
        if self._error is None:
            self._error = located_error(self.refusal, list(self.place.nodes), [])
        error = GraphQLError.__new__(GraphQLError, self._error.message)
        for slot in GraphQLError.__slots__:
            setattr(error, slot, getattr(self._error, slot))
        error.path = list(path)
        return error


class Flawed(dict[Any, Any]):
    """What a batch found that failed: a flaw for every key."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__()
        self.flaw = flaw

    def get(self, key: Any, default: Any = None) -> Any:  # noqa: ARG002  Whatever would stand there is flawed.
        return None if key is None else self.flaw

    def __missing__(self, key: Any) -> Flaw:
        return self.flaw


def without_flaws(answer: Any) -> tuple[Any, list[GraphQLError]]:
    """A copy of an answer with nulls for flaws, and the errors that they are."""
    errors: list[GraphQLError] = []
    return copied(answer, (), errors), errors


def copied(value: Any, path: tuple[str | int, ...], errors: list[GraphQLError]) -> Any:
    if isinstance(value, dict):
        return {name: copied(each, (*path, name), errors) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [copied(each, (*path, position), errors) for position, each in enumerate(value)]
    if isinstance(value, Flaw):
        errors.append(value.at(path))
        return None
    return value
