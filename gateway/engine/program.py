"""Compiled code with what its arguments must be turned into before it runs."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from gateway.engine.arguments import Arguments
from gateway.engine.run import Run
from gateway.engine.variables import Given

Prepare: TypeAlias = Callable[[Run, Given], Any]
"""Turns the arguments of a field into what its loads need; refuses before any statement is sent."""

NOTHING: Given = {}


@dataclass(frozen=True, slots=True)
class Program:
    """A function to run, and the source that it was compiled from."""

    function: Callable[..., Awaitable[Any]]
    preparations: Sequence[tuple[Arguments | None, Prepare]]
    source: str

    def prepared(self, run: Run) -> Run:
        """The run that the function is called with.  Raises what the arguments are refused with."""
        own = Run(run.context, run.variables)
        for arguments, prepare in self.preparations:
            own.prepared.append(prepare(own, NOTHING if arguments is None else arguments.of(run.variables)))
        return own
