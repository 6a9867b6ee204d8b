"""Python source while it is being written.

Only names of ours are ever written into it.  Everything that an operation says (response names, arguments) and all
that the schema says (columns, loaders, serializers) is bound: it stands in the namespace under a name of ours.
"""

from collections.abc import Hashable
from typing import Any


class Module:
    """The source of some functions and the values that its names stand for."""

    def __init__(self) -> None:
        self.namespace: dict[str, Any] = {}
        self.parts: list[str] = []
        self._bound: dict[tuple[type, Hashable], str] = {}
        self._names = 0

    def name(self, hint: str) -> str:
        """A name that nothing else has; the hint is a word of ours, for readers."""
        self._names += 1
        return f"{hint}{self._names}"

    def bind(self, value: object, hint: str) -> str:
        """The name that a value has in the source."""
        if not isinstance(value, Hashable):
            return self._new(value, hint)
        known = (type(value), value)
        if known not in self._bound:
            self._bound[known] = self._new(value, hint)
        return self._bound[known]

    def bind_anew(self, value: object, hint: str) -> str:
        """A name for a value that nothing else is called by, not even the same value elsewhere."""
        return self._new(value, hint)

    def define(self, *lines: str) -> None:
        self.parts.append("\n".join(lines))

    @property
    def source(self) -> str:
        return "\n\n".join(self.parts) + "\n"

    def load(self) -> dict[str, Any]:
        """Runs the source and returns its names."""
        exec(compile(self.source, "<operation>", "exec"), self.namespace)  # noqa: S102  Only names of ours are in it.
        return self.namespace

    def _new(self, value: object, hint: str) -> str:
        name = self.name(hint)
        self.namespace[name] = value
        return name
